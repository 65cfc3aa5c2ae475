import domino, { type DominoElement } from "@mixmark-io/domino";
import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { ShapeError, UsageError } from "../base/errors.ts";
import { filmStrip, type StripOptions, type StripRow } from "./strip.ts";
import { textWidth } from "./text-width.ts";

/** Images of 2 × 3 whose pixels all have the value (10 row + time) / 100, and 99 / 100 for the one apart. */
const rows = (count: number, times: number, apart = false): StripRow[] =>
  Array.from({ length: count }, (_, r) => ({
    name: `row ${r}`,
    images: Float32Array.from({ length: times * 6 }, (_, i) => (10 * r + Math.floor(i / 6)) / 100),
    apart: apart ? new Float32Array(6).fill(0.99) : undefined,
  }));
const size = { id: "strip", imageHeight: 2, imageWidth: 3 };

interface Shown {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly value: number;
}

function draw(count: number, times: number, options: Partial<StripOptions> = {}) {
  const svg = filmStrip(rows(count, times, options.apart !== undefined), { ...size, ...options });
  const root = domino.createWindow(`<html><body>${svg}</body></html>`).document.querySelectorAll("svg")[0];
  const images = Array.from(root.querySelectorAll("image")).map((image): Shown => {
    const [left, top, width, height] = ["x", "y", "width", "height"].map((n) => Number(image.getAttribute(n)));
    const png = decode(Buffer.from(image.getAttribute("href")!.split(",")[1], "base64"));
    expect([png.width, png.height, new Set(png.data).size]).toEqual([3, 2, 1]);
    return { left, right: left + width, top, bottom: top + height, value: Math.round((100 * png.data[0]) / 255) };
  });
  const texts = Array.from(root.querySelectorAll("text")).map(textBox);
  return { svg, root, images, texts, width: Number(root.getAttribute("width")) };
}

function textBox(text: DominoElement) {
  const [x, y] = ["x", "y"].map((n) => Number(text.getAttribute(n)));
  const width = textWidth(text.textContent, 12);
  const left = text.getAttribute("text-anchor") === "end" ? x - width : x - width / 2;
  return { text: text.textContent, left, right: left + width, middle: x, y };
}

describe("filmStrip", () => {
  test("time runs to the right and rows follow each other downwards, without touching", () => {
    const { images } = draw(3, 5);
    expect(images.map((i) => i.value)).toEqual([0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24]);
    for (const [k, image] of images.entries()) {
      if (k % 5 > 0) expect(image.left - images[k - 1].right).toBe(2);
      if (k >= 5) expect(image.top - images[k - 5].bottom).toBe(2);
      expect((image.right - image.left) / (image.bottom - image.top)).toBeCloseTo(3 / 2, 5);
    }
  });

  test.each([
    [460, 8],
    [460, 20],
    [920, 20],
    [920, 40],
  ])("%i pixels hold %i times, with all names inside and apart", (width, times) => {
    const strip = draw(2, times, { width, apart: "concept", arrow: true, imageHeight: 2, imageWidth: 3 });
    expect(strip.width).toBeLessThanOrEqual(width);
    expect(strip.width).toBeGreaterThan(Math.min(0.9 * width, 12 * times));
    for (const { right } of strip.images) expect(right).toBeLessThanOrEqual(strip.width);
    const above = strip.texts.filter((t) => !t.text.startsWith("row"));
    for (const [i, { left, right }] of above.entries()) {
      expect(right).toBeLessThanOrEqual(strip.width);
      if (i > 0) expect(left).toBeGreaterThan(above[i - 1].right);
    }
    for (const t of strip.texts.filter((t) => t.text.startsWith("row"))) {
      expect(t.left).toBeGreaterThanOrEqual(0);
      expect(t.right).toBeLessThan(strip.images[0].left);
    }
  });

  test("times stand above the middle of their columns", () => {
    const { images, texts } = draw(1, 4, { times: [0, 5, 20, 80] });
    const names = texts.filter((t) => t.text !== "row 0");
    expect(names.map((t) => t.text)).toEqual(["t = 0", "20"]); // columns are narrower than names
    for (const { text, middle, y } of names) {
      const image = images[["t = 0", "5", "20", "80"].indexOf(text)];
      expect(middle).toBeCloseTo((image.left + image.right) / 2, 5);
      expect(y).toBeLessThan(image.top);
    }
  });

  test("the column apart stands further off under its name, the arrow in between", () => {
    const { root, images, texts } = draw(2, 3, { apart: "concept", arrow: true });
    expect(images.map((i) => i.value)).toEqual([0, 1, 2, 99, 10, 11, 12, 99]);
    expect(images[3].left - images[2].right).toBe(30);
    expect(texts.find((t) => t.text === "concept")!.middle).toBe((images[3].left + images[3].right) / 2);
    const arrows = Array.from(root.querySelectorAll("path")).map((p) => p.getAttribute("d")!.match(/[\d.]+/g)!);
    expect(arrows).toHaveLength(2);
    expect(Number(arrows[0][0])).toBeGreaterThan(images[2].right);
    expect(Number(arrows[0][2])).toBeLessThan(images[3].left);
    expect(Number(arrows[0][1])).toBe((images[3].top + images[3].bottom) / 2);
  });

  test("spans reach over their columns, above the times", () => {
    const spans = [
      { from: 0, to: 1, label: "observed" },
      { from: 2, to: 4, label: "predicted" },
    ];
    const { root, images, texts } = draw(1, 5, { spans, imageWidth: 3 });
    const lines = Array.from(root.querySelectorAll("path")).map((p) =>
      p
        .getAttribute("d")!
        .match(/[\d.]+/g)!
        .map(Number),
    );
    expect(lines.map(([left, , , right]) => [left - 1, right + 1])).toEqual([
      [images[0].left, images[1].right],
      [images[2].left, images[4].right],
    ]);
    const times = texts.find((t) => t.text === "t = 0")!;
    expect(texts.find((t) => t.text === "observed")!.y).toBeLessThan(times.y - 12);
    expect(lines[0][1]).toBeLessThan(times.y - 8);
  });

  test("names of narrow spans stand one above the other", () => {
    const spans = [0, 1, 2].map((t) => ({ from: t, to: t, label: `a long name ${t}` }));
    const { texts } = draw(1, 3, { spans });
    const names = texts.filter((t) => t.text.startsWith("a long"));
    for (const [i, a] of names.entries()) {
      for (const b of names.slice(i + 1)) {
        expect(a.right <= b.left || b.right <= a.left || Math.abs(a.y - b.y) >= 14).toBe(true);
      }
    }
    expect(Math.min(...names.map((t) => t.y))).toBeGreaterThan(14);
    expect(Math.min(...names.map((t) => t.left))).toBeGreaterThanOrEqual(0);
  });

  test("ink on paper turns the values over", () => {
    expect(draw(1, 2, { invert: true }).images.map((i) => i.value)).toEqual([100, 99]);
  });

  test.each([
    ["a row of other length", () => filmStrip([...rows(1, 3), ...rows(1, 4)], size), ShapeError, /expected 3 times/],
    ["fewer images than times", () => draw(1, 3, { times: [0, 1] }), ShapeError, /expected 2 times.*18 values/],
    ["no images", () => filmStrip([{ name: "a", images: new Float32Array(0) }], size), ShapeError, /0 values/],
    ["no rows", () => filmStrip([], size), UsageError, /at least one/],
    ["a name apart and no image", () => filmStrip(rows(1, 2), { ...size, apart: "c" }), UsageError, /no image/],
    ["an image apart and no name", () => filmStrip(rows(1, 2, true), size), UsageError, /no name/],
    ["a span too far", () => draw(1, 3, { spans: [{ from: 1, to: 3, label: "s" }] }), UsageError, /0 to 2, got 1 to 3/],
    ["too many times", () => draw(1, 200, { width: 460 }), UsageError, /room for 200 columns/],
  ] as const)("%s is an error", (_, draw, kind, message) => {
    expect(draw).toThrow(kind);
    expect(draw).toThrow(message);
  });
});
