import domino, { type DominoElement } from "@mixmark-io/domino";
import { describe, expect, test } from "vitest";
import { lineChart } from "./line-chart.ts";
import { textWidth } from "./text-width.ts";

const x = { label: "Epoch" };
const y = { label: "ELBO", unit: "nats per image" };
const rising = [-197, -150, -120, -108, -104].map((v, i): [number, number] => [i + 1, v]);

describe("regions of a line chart", () => {
  const series = [{ name: "a", points: Array.from({ length: 11 }, (_, i): [number, number] => [i / 10, i]) }];
  const regions = [
    { from: 0, to: 0.45, label: "I" },
    { from: 0.45, to: 0.75, label: "II" },
    { from: 0.75, to: 9, label: "III" },
    { from: 2, to: 3, label: "beyond" },
  ];
  const draw = (more = {}) => parse(lineChart({ id: "stages", series, x: { label: "p" }, y, regions, ...more }));
  const shades = (root: DominoElement) =>
    Array.from(root.querySelectorAll('[aria-label="rect"] rect')).map((r) => {
      const [left, width] = ["x", "width"].map((n) => Number(r.getAttribute(n)));
      return { left, right: left + width, middle: left + width / 2 };
    });

  test("meet each other, fill the chart from edge to edge, and those beyond the axis are left out", () => {
    const root = draw();
    const [one, two, three, ...more] = shades(root);
    const [left, right] = root
      .querySelectorAll(".stages-axes")[0]
      .getAttribute("d")!
      .match(/^M[\d.]+|[\d.]+$/g)!;
    expect(more).toEqual([]);
    expect([one.right, two.right]).toEqual([two.left, three.left]);
    expect(one.left).toBeCloseTo(Number(left.slice(1)) - 0.5, 1);
    expect(three.right).toBeCloseTo(Number(right), 1);
    expect(textsOf(root)).not.toContain("beyond");
  });

  test("end where the points of the line say", () => {
    const root = draw();
    const line = root.querySelectorAll(".stages-line path")[0].getAttribute("d")!.slice(1).split("L");
    const at = line.map((p) => Number(p.split(",")[0]));
    expect(shades(root)[0].right).toBeCloseTo((at[4] + at[5]) / 2, 1);
  });

  test("are named above their middles", () => {
    const root = draw();
    const names = Array.from(root.querySelectorAll(".stages-beside text"));
    expect(names.map((t) => t.textContent)).toEqual(["I", "II", "III"]);
    for (const [i, shade] of shades(root).entries()) {
      expect(Math.abs(Number(names[i].getAttribute("x")) - shade.middle)).toBeLessThan(4); // the outer ones reach the edges
    }
  });

  test("names of regions, of moments and the legend stay apart, in few lines or many", () => {
    const rules = [0.1, 0.3, 0.32, 0.5, 0.52].map((x) => ({ x, label: `moment at ${x}` }));
    const long = regions.map((r) => ({ ...r, label: `stage ${r.label}: the nearest is a concept` }));
    for (const more of [{}, { rules }, { rules, regions: long }, { rules, regions: long, width: 260 }]) {
      const root = draw(more);
      const boxes = [".stages-beside text", ".stages-legend text"]
        .flatMap((s) => Array.from(root.querySelectorAll(s)))
        .map((t) => {
          const [x, bottom] = ["x", "y"].map((n) => Number(t.getAttribute(n)));
          const legend = t.getAttribute("dy") !== null;
          const half = textWidth(t.textContent, 12) / 2;
          return { left: legend ? x : x - half, right: legend ? x + 2 * half : x + half, bottom, top: bottom - 12 };
        });
      for (const [i, a] of boxes.entries()) {
        for (const b of boxes.slice(i + 1)) {
          const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
          expect(apart, JSON.stringify([a, b])).toBe(true);
        }
      }
    }
  });

  test("three short names take one line only", () => {
    const top = (root: DominoElement) =>
      Number(
        root
          .querySelectorAll(".stages-axes")[0]
          .getAttribute("d")!
          .match(/,(\d+)V/)![1],
      );
    expect(top(draw()) - top(draw({ regions: [] }))).toBe(17);
  });
});

describe("error bars of a line chart", () => {
  const series = [
    { name: "a", points: rising, low: rising.map((p) => p[1] - 5), high: rising.map((p) => p[1] + 10), bars: true },
  ];
  const root = parse(lineChart({ id: "e", series, x, y }));

  test("reach from low to high at each point, and there is no band", () => {
    const bars = Array.from(root.querySelectorAll(".e-bars line"));
    const dots = Array.from(root.querySelectorAll('[aria-label="dot"] circle'));
    const d = root.querySelectorAll(".e-line path")[0].getAttribute("d")!.slice(1).split("L");
    const drawn = d.map((p) => p.split(",").map(Number));
    const slope = (drawn[4][1] - drawn[0][1]) / (rising[4][1] - rising[0][1]);
    expect(bars).toHaveLength(5);
    expect(dots).toHaveLength(5);
    for (const [i, bar] of bars.entries()) {
      expect(Number(bar.getAttribute("x1"))).toBeCloseTo(drawn[i][0], 1);
      const ends = ["y1", "y2"].map((n) => Number(bar.getAttribute(n)) - drawn[i][1]).sort((a, b) => a - b);
      expect(ends[0]).toBeCloseTo(10 * slope, 1);
      expect(ends[1]).toBeCloseTo(-5 * slope, 1);
    }
    expect(root.querySelectorAll('[aria-label="area"]')).toHaveLength(0);
  });

  test("end in short lines across", () => {
    const dashes = Array.from(root.querySelectorAll('[aria-label="dot"] path'));
    expect(dashes).toHaveLength(10);
    expect(dashes[0].getAttribute("d")).toMatch(/^M-[\d.]+,0L[\d.]+,0$/);
  });
});

describe("small charts", () => {
  const small = { width: 172, x: { label: "" }, y: { label: "" }, legend: false };
  const series = [
    { name: "a", points: Array.from({ length: 81 }, (_, t): [number, number] => [t, 1000 * Math.exp(-t / 9)]) },
  ];

  test.each([172, 200, 230, 260])("at %i pixels ticks stand apart and are two at least", (width) => {
    const root = parse(lineChart({ ...small, width, id: "s", series }));
    const ticks = Array.from(root.querySelectorAll('[aria-label="x-axis tick label"] text')).map((t) => ({
      x: Number(t.getAttribute("transform")!.match(/translate\(([\d.]+)/)![1]),
      half: textWidth(t.textContent, 12) / 2,
    }));
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    for (let i = 1; i < ticks.length; i++) {
      expect(ticks[i].x - ticks[i].half).toBeGreaterThan(ticks[i - 1].x + ticks[i - 1].half);
    }
  });

  test("labels left out take no room, and neither does the legend", () => {
    const left = (options: object) => {
      const root = parse(lineChart({ ...small, id: "s", series, ...options }));
      return root
        .querySelectorAll(".s-axes")[0]
        .getAttribute("d")!
        .match(/^M([\d.]+),([\d.]+)/)!
        .slice(1)
        .map(Number);
    };
    const [[x0, y0], [x1, y1], [x2, y2]] = [left({}), left({ y: { label: "Distance" } }), left({ legend: true })];
    expect(x1 - x0).toBe(23);
    expect(y1).toBe(y0);
    expect([x2, y2 - y0]).toEqual([x0, 28]);
  });

  test("a rule without a name takes no room either", () => {
    const right = (label: string) => {
      const root = parse(lineChart({ ...small, id: "s", series, rules: [{ y: 500, label }] }));
      return Number(
        root
          .querySelectorAll(".s-axes")[0]
          .getAttribute("d")!
          .match(/H([\d.]+)/)![1],
      );
    };
    expect(right("")).toBe(156);
    expect(right("half")).toBeLessThan(140);
  });
});

function parse(svg: string): DominoElement {
  return domino.createWindow(`<html><body>${svg}</body></html>`).document.querySelectorAll("svg")[0];
}

function textsOf(root: DominoElement): string[] {
  return Array.from(root.querySelectorAll("text")).map((t) => t.textContent);
}
