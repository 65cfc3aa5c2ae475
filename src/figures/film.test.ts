import { describe, expect, test } from "vitest";
import { ShapeError } from "../base/errors.ts";
import { layOutFilm } from "./film.ts";
import { lineChart } from "./line-chart.ts";

const images = new Float32Array(5 * 2 * 3).map((_, i) => i / 30); // 5 pictures of 2 × 3
const film = { images, height: 2, width: 3 };

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const boxes = (svg: string): Box[] =>
  [...svg.matchAll(/<image x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map((m) => {
    const [x, y, width, height] = m.slice(1).map(Number);
    return { x, y, width, height };
  });

describe("a film", () => {
  test("has each picture centred on its time, without touching the next", () => {
    const { height, draw } = layOutFilm(film, 10);
    const found = boxes(draw((t) => 50 + 10 * t, 7));
    expect(found).toHaveLength(5);
    found.forEach(({ x, y, width }, t) => {
      expect(x + width / 2).toBe(50 + 10 * t);
      expect([y, width]).toEqual([7, 8]);
    });
    expect(found[0].height).toBe(5); // 8 · 2/3
    expect(height).toBeGreaterThan(5);
  });

  test("reaches no further beyond its last time than charts have room", () => {
    const wide = { images: new Float32Array(8 * 16 * 16), height: 16, width: 16 };
    const series = [{ name: "s", points: Array.from({ length: 8 }, (_, t) => [t, t] as const) }];
    const chart = lineChart({ id: "c", width: 920, film: wide, series, x: { label: "" }, y: { label: "" } });
    const { x, width } = boxes(chart)[7];
    expect(width).toBeGreaterThan(40);
    expect(x + width).toBeLessThanOrEqual(920);
  });

  test("is not enlarged beyond four times its size", () => {
    expect(boxes(layOutFilm(film, 500).draw(() => 0, 0))[0].width).toBe(12);
  });

  test("of broken pictures is refused", () => {
    expect(() => layOutFilm({ ...film, images: images.subarray(1) }, 10)).toThrow(ShapeError);
  });
});

test("a chart has its film above the marks and the names of moments, over the ticks of its axis", () => {
  const chart = lineChart({
    id: "c",
    film,
    series: [{ name: "s", points: [0, 1, 2, 3, 4].map((t) => [t, t * t] as const) }],
    rules: [{ x: 1.5, label: "moment" }],
    x: { label: "t", domain: [0, 4] },
    y: { label: "s" },
  });
  const found = boxes(chart);
  expect(found).toHaveLength(5);
  const dots = [...chart.matchAll(/<circle cx="([\d.]+)"/g)].map((m) => Number(m[1]));
  expect(dots.length).toBeGreaterThanOrEqual(5);
  found.forEach(({ x, width }, t) => void expect(x + width / 2).toBeCloseTo(dots.slice(-5)[t], 1));
  const axisTop = Number(chart.match(/-axes" d="M[\d.]+,([\d.]+)/)![1]);
  const name = Number(chart.match(/<text[^>]* y="([\d.]+)"[^>]*>(?:<tspan[^>]*>)?moment/)?.[1] ?? Number.NaN);
  const bottom = found[0].y + found[0].height;
  expect(bottom).toBeLessThan(name);
  expect(name).toBeLessThan(axisTop);
});

test("charts with the same room at the left begin at the same place, whatever their ticks", () => {
  const left = (scale: number, room?: number): number => {
    const points = [0, 1].map((t) => [t, scale * t] as const);
    const chart = lineChart({
      id: "c",
      left: room,
      series: [{ name: "s", points }],
      x: { label: "" },
      y: { label: "" },
    });
    return Number(chart.match(/-axes" d="M([\d.]+)/)![1]);
  };
  expect(left(1)).not.toBe(left(123456));
  expect(left(1, 90)).toBe(left(123456, 90));
  expect(left(123456, 5)).toBe(left(123456));
});

test("moments between whole numbers leave the ticks whole", () => {
  const points = [0, 1, 2, 3].map((t) => [t, 100 * t] as const);
  const rules = [{ x: 0.5, label: "" }];
  const chart = lineChart({
    id: "c",
    width: 920,
    rules,
    series: [{ name: "s", points }],
    x: { label: "" },
    y: { label: "" },
  });
  expect(chart).not.toMatch(/>1\.5</);
});
