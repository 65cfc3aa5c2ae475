import { decode } from "fast-png";
import { expect, test } from "vitest";
import { lineChart } from "../figures/chart.ts";
import { imagePanel } from "../figures/image-panel.ts";
import { svgToPng } from "./svg-to-png.ts";

/** Share of pixels in a part of a picture, counted in pixels of the SVG, that are darker than middle grey. */
async function ink(svg: string, [x0, y0, x1, y1]: readonly [number, number, number, number]): Promise<number> {
  const { width, channels, data } = decode(await svgToPng(svg));
  let dark = 0;
  for (let y = 2 * y0; y < 2 * y1; y++) {
    for (let x = 2 * x0; x < 2 * x1; x++) if (data[(y * width + x) * channels] < 128) dark++;
  }
  return dark / (4 * (x1 - x0) * (y1 - y0));
}

const chart = (label: string) => {
  const points = [
    [0, 1],
    [1, 2],
  ] as const;
  return lineChart({ id: "c", width: 400, series: [{ name: "", points }], x: { label }, y: { label: "y" } });
};

test("a chart becomes a PNG of twice its size", async () => {
  const svg = chart("iteration");
  const [, width, height] = svg.match(/ width="(\d+)" height="(\d+)"/)!.map(Number);
  const png = decode(await svgToPng(svg));
  expect([png.width, png.height]).toEqual([2 * width, 2 * height]);
});

test("text is drawn where it stands, and only there", async () => {
  const [, height] = chart("x")
    .match(/ height="(\d+)"/)!
    .map(Number);
  const below = [150, height - 20, 300, height] as const;
  expect(await ink(chart("iteration of inference"), below)).toBeGreaterThan(0.02);
  expect(await ink(chart(""), below)).toBe(0);
});

test("bold text is bolder", async () => {
  const text = (weight: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="30" font-family="sans-serif"><text x="5" y="20" font-weight="${weight}">HHHH</text></svg>`;
  const opaque = async (weight: string) => {
    const { data, channels } = decode(await svgToPng(text(weight)));
    return Array.from(data).filter((a, i) => i % channels === 3 && a > 128).length;
  };
  expect(await opaque("600")).toBeGreaterThan(1.2 * (await opaque("400")));
});

test("pixels of images stay squares", async () => {
  const svg = imagePanel(Float32Array.of(0, 1, 1, 0), { id: "p", height: 2, width: 2, columns: 1, scale: 10 });
  expect([await ink(svg, [0, 0, 10, 10]), await ink(svg, [10, 0, 20, 10])]).toEqual([1, 0]);
});

test("the same SVG gives the same bytes", async () => {
  expect(await svgToPng(chart("x"))).toEqual(await svgToPng(chart("x")));
});
