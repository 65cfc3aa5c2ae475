import domino, { type DominoElement } from "@mixmark-io/domino";
import { decode } from "fast-png";
import { expect, test } from "vitest";
import { heatMap } from "./heat-map.ts";
import { textWidth } from "./text-width.ts";

const x = { label: "Latent" };
const y = { label: "Label" };

const long = (columns: number, width: number, more = {}) =>
  heatMap({
    ...{
      id: "long",
      width,
      rows: 10,
      columns,
      x: { label: "Latent" },
      y: { label: "Label" },
      value: { label: "Mean" },
    },
    values: Array.from({ length: 10 * columns }, (_, i) => Math.sin(i)),
    ...more,
  });
const columnLabels = (root: DominoElement) =>
  Array.from(root.querySelectorAll('[aria-label="x-axis tick label"] text')).map((t) => ({
    text: t.textContent,
    x: Number(t.getAttribute("transform")!.match(/translate\(([\d.]+)/)![1]),
  }));

test.each([
  [100, 920, 5],
  [100, 460, 10],
  [300, 920, 20],
  [300, 460, 50],
  [10, 460, 1],
])("%i columns on %i pixels are marked at every %i, without touching", (columns, width, step) => {
  const labels = columnLabels(parse(long(columns, width)));
  expect(labels.map((l) => Number(l.text))).toEqual(Array.from({ length: columns / step }, (_, i) => i * step));
  for (let i = 1; i < labels.length; i++) {
    expect(labels[i].x - labels[i - 1].x).toBeGreaterThan(textWidth(labels[i].text, 12));
  }
});

test("columns numbered from 1 are marked at round numbers too, and every row has its name", () => {
  const columns = Array.from({ length: 100 }, (_, i) => String(i + 1));
  const svg = heatMap({
    ...{ id: "one", rows: 10, columns, values: Array(1000).fill(0), x, y, value: { label: "v" }, width: 460 },
  });
  expect(columnLabels(parse(svg)).map((l) => l.text)).toEqual(columns.filter((c) => Number(c) % 10 === 0));
  expect(textsOf(parse(svg))).toEqual(expect.arrayContaining([..."0123456789"]));
});

test("many cells are an image of one pixel a cell, in the colours that few would have", () => {
  const root = parse(long(300, 920, { domain: [-1, 1], diverging: true }));
  expect(root.querySelectorAll("rect[shape-rendering]").length).toBe(0);
  const [image] = Array.from(root.querySelectorAll("image"));
  const png = decode(Buffer.from(image.getAttribute("href")!.split(",")[1], "base64"));
  expect([png.width, png.height]).toEqual([300, 10]);
  const few = parse(long(100, 920, { domain: [-1, 1], diverging: true }));
  const fills = Array.from(few.querySelectorAll(".long-cells rect")).map((r) => r.getAttribute("fill")!);
  for (const i of [0, 1, 99, 299, 300, 999]) {
    expect([...png.data.slice(3 * i, 3 * i + 3)]).toEqual(fills[i].match(/\d+/g)!.map(Number));
  }
  const marks = root
    .querySelectorAll(".long-axes")[0]
    .getAttribute("d")!
    .match(/[\d.]+/g)!
    .map(Number);
  const [left, top, bottom, right] = marks;
  expect(Number(image.getAttribute("y"))).toBe(top);
  expect(Number(image.getAttribute("height"))).toBe(bottom - 0.5 - top);
  expect(Number(image.getAttribute("width"))).toBe(right - 0.5 - left);
  expect(long(300, 920).length).toBeLessThan(60_000);
});

test("numbers are left out where cells are too small for them, and the colour bar if asked for", () => {
  const numbers = (width: number) => textsOf(parse(long(10, width, { decimals: 2 }))).filter((t) => t === "0.84");
  expect(numbers(640)).not.toHaveLength(0);
  expect(numbers(300)).toHaveLength(0);
  expect(textsOf(parse(long(10, 300)))).toContain("Mean");
  expect(textsOf(parse(long(10, 300, { legend: false })))).not.toContain("Mean");
});

function parse(svg: string): DominoElement {
  return domino.createWindow(`<html><body>${svg}</body></html>`).document.querySelectorAll("svg")[0];
}

function textsOf(root: DominoElement): string[] {
  return Array.from(root.querySelectorAll("text")).map((t) => t.textContent);
}
