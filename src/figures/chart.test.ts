import domino, { type DominoElement } from "@mixmark-io/domino";
import { describe, expect, test } from "vitest";
import { ShapeError, UsageError } from "../base/errors.ts";
import { barChart, heatMap, lineChart, scatterChart } from "./chart.ts";
import { imagePanel } from "./image-panel.ts";

const x = { label: "Epoch" };
const y = { label: "ELBO", unit: "nats per image" };
const rising = [-197, -150, -120, -108, -104].map((v, i): [number, number] => [i + 1, v]);

const lines = () =>
  lineChart({
    id: "learning",
    title: "Bound <b>& more",
    series: [
      { name: "train", points: rising },
      { name: "test", points: rising.map(([e, v]) => [e, v - 2]), dashed: true },
      { name: "band", points: rising, low: rising.map((p) => p[1] - 5), high: rising.map((p) => p[1] + 5) },
    ],
    x,
    y,
    rules: [
      { y: -103, label: "as reported" },
      { y: -103.5, label: "baseline" },
      { x: 3, label: "rate halved" },
    ],
  });
const points = Array.from({ length: 60 }, (_, i) => ({ x: Math.cos(i), y: 3 * Math.sin(i), group: i % 3 }));
const scatter = () =>
  scatterChart({
    id: "plane",
    points,
    groups: ["zero", "one", "two"],
    x: { label: "z1" },
    y: { label: "z2" },
    equal: true,
  });
const bars = () =>
  barChart({
    id: "bars",
    bars: [
      { name: "VAE", value: -103, low: -104, high: -102 },
      { name: "VAE", value: -102, group: 1 },
      { name: "DRAW", value: -81 },
    ],
    groups: ["ours", "paper"],
    names: { label: "Model" },
    value: y,
  });
const heat = () =>
  heatMap({
    id: "heat",
    values: [1, -2, 0, Number.NaN, 5, 6],
    rows: ["up", "down"],
    columns: 3,
    x: { label: "Unit" },
    y: { label: "Phase" },
    value: { label: "Weight", unit: "mV" },
    diverging: true,
    decimals: 1,
  });
const panel = () =>
  imagePanel(new Float32Array(6 * 4), {
    id: "panel",
    height: 2,
    width: 2,
    columns: 3,
    scale: 20,
    rowNames: ["in", "out"],
  });

const figures = { lines, scatter, bars, heat, panel };

describe.each(Object.entries(figures))("%s", (_, draw) => {
  test("is well-formed XML with a namespace, a size and a name", () => {
    const svg = draw();
    expect(wellFormed(svg)).toBe("");
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" id="[a-z]+" class="[a-z]+" role="img" aria-label="/,
    );
  });

  test("is the same bytes for the same numbers", () => expect(draw()).toBe(draw()));

  test("has no scripts, style sheets, outside resources, or numbers gone wrong", () => {
    expect(draw()).not.toMatch(/<script|<style|url\(http|href="http|NaN|undefined|Infinity/);
  });

  test("keeps its text inside the picture and at least 11 pixels high", () => {
    const root = parse(draw());
    const width = Number(root.getAttribute("width"));
    for (const text of Array.from(root.querySelectorAll("text"))) {
      let size: string | null = null;
      for (let node: DominoElement | null = text; node && size === null; node = node.parentElement) {
        size = node.getAttribute("font-size");
      }
      expect(Number(size)).toBeGreaterThanOrEqual(11);
      const at = Number(text.getAttribute("x") ?? 0);
      expect(at).toBeGreaterThanOrEqual(0);
      expect(at).toBeLessThan(width);
    }
  });
});

describe("lineChart", () => {
  test("draws one path for each series, a band, and every label once", () => {
    const root = parse(lines());
    expect(root.querySelectorAll(".learning-line path").length).toBe(3);
    expect(root.querySelectorAll('[aria-label="area"] path').length).toBe(1);
    const texts = textsOf(root);
    for (const label of ["train", "test", "band", "Epoch", "ELBO (nats per image)", "Bound <b>& more"]) {
      expect(
        texts.filter((t) => t === label),
        label,
      ).toHaveLength(1);
    }
    for (const label of ["as reported", "baseline", "rate halved"]) expect(texts).toContain(label);
  });

  test("whole epochs are marked by whole ticks, and levels that lie close are named apart", () => {
    const root = parse(lines());
    expect(textsOf(root)).toEqual(expect.arrayContaining(["1", "2", "3", "4", "5"]));
    const heights = Array.from(root.querySelectorAll(".learning-beside text"))
      .slice(0, 2)
      .map((t) => Number(t.getAttribute("y")));
    expect(heights[1] - heights[0]).toBeGreaterThanOrEqual(14);
  });

  test("points stand where the scale puts them: the drawn line is an affine image of the data", () => {
    const d = parse(lines()).querySelectorAll(".learning-line path")[0].getAttribute("d")!;
    const drawn = d
      .slice(1)
      .split("L")
      .map((p) => p.split(",").map(Number));
    const slope = (drawn[4][1] - drawn[0][1]) / (rising[4][1] - rising[0][1]);
    for (const [i, [, py]] of drawn.entries()) {
      expect(py - drawn[0][1]).toBeCloseTo(slope * (rising[i][1] - rising[0][1]), 1);
    }
    expect(slope).toBeLessThan(0); // up is more
  });

  test("a value that is not finite leaves a gap in its line", () => {
    const gap = rising.map(([e, v]): [number, number] => [e, e === 3 ? Number.NaN : v]);
    const root = parse(lineChart({ id: "gap", series: [{ name: "a", points: gap }], x, y }));
    expect(root.querySelectorAll(".gap-line path")[0].getAttribute("d")!.match(/M/g)).toHaveLength(2);
  });

  test("two charts with cut-off lines do not share an id", () => {
    const draw = (id: string) =>
      lineChart({ id, series: [{ name: "a", points: rising }], x, y: { ...y, domain: [-130, -100] } });
    expect(draw("first")).toContain('id="first-clip"');
    expect(draw("second")).toContain("url(#second-clip)");
    expect(draw("second")).toBe(draw("second"));
  });

  test("a rule beyond the domain asked for is left out with its label", () => {
    const series = [{ name: "a", points: rising }];
    const rules = [
      { y: -50, label: "too high" },
      { y: -120, label: "inside" },
    ];
    const texts = textsOf(parse(lineChart({ id: "r", series, x, y: { ...y, domain: [-200, -100] }, rules })));
    expect(texts).toContain("inside");
    expect(texts).not.toContain("too high");
  });

  test("a logarithmic axis is labelled", () => {
    const series = [{ name: "error", points: rising.map(([e]): [number, number] => [e, 10 ** -e]) }];
    const texts = textsOf(parse(lineChart({ id: "log", series, x, y: { label: "Error", type: "log" } })));
    expect(texts).toEqual(expect.arrayContaining(["0.1", "0.01", "0.001", "10⁻⁴"]));
  });

  test.each([
    [[], /at least one series, got no series/],
    [[{ name: "train", points: [] }], /series "train": expected at least one finite point, got 0 points/],
    [[{ name: "train", points: [[1, Number.NaN]] as [number, number][] }], /got 1 points, none finite/],
    [[{ name: "train", points: rising, low: rising.map((p) => p[1]) }], /low and high together/],
  ])("nothing to draw is an error that says what is missing (%#)", (series, message) => {
    expect(() => lineChart({ id: "a", series, x, y })).toThrow(UsageError);
    expect(() => lineChart({ id: "a", series, x, y })).toThrow(message);
  });

  test("what cannot be drawn is refused", () => {
    const series = [{ name: "a", points: rising }];
    expect(() => lineChart({ id: "a", series, x, y: { ...y, type: "log" } })).toThrow(/values above 0/);
    expect(() => lineChart({ id: "a b", series, x, y })).toThrow(UsageError);
    expect(() => lineChart({ id: "a", series, x, y, width: 80 })).toThrow(/room for the marks/);
    expect(() => lineChart({ id: "a", series: [{ ...series[0], low: [1], high: [1] }], x, y })).toThrow(ShapeError);
  });
});

describe("scatterChart", () => {
  test("draws each point, and all groups in the legend", () => {
    const root = parse(scatter());
    expect(root.querySelectorAll(".plane-dots circle").length).toBe(60);
    expect(textsOf(root)).toEqual(expect.arrayContaining(["zero", "one", "two", "z1", "z2"]));
  });

  test("with equal axes, distances on paper are distances in the data times one factor", () => {
    const circles = Array.from(parse(scatter()).querySelectorAll(".plane-dots circle"));
    const at = circles.map((c) => ["cx", "cy"].map((n) => Number(c.getAttribute(n))));
    const ratio = (i: number) =>
      Math.hypot(at[i][0] - at[0][0], at[i][1] - at[0][1]) /
      Math.hypot(points[i].x - points[0].x, points[i].y - points[0].y);
    for (const i of [3, 17, 44]) expect(ratio(i) / ratio(1)).toBeCloseTo(1, 2);
  });

  test("group names can stand at their medians", () => {
    const names = { id: "n", points, groups: ["zero", "one", "two"], x, y, nameGroups: true };
    expect(textsOf(parse(scatterChart(names))).filter((t) => t === "one")).toHaveLength(2);
  });

  test("no points, or a group without a name, are errors", () => {
    expect(() => scatterChart({ id: "a", points: [], groups: ["a"], x, y })).toThrow(/got 0 points/);
    expect(() => scatterChart({ id: "a", points, groups: ["a"], x, y })).toThrow(/a point of group 1, and 1 names/);
  });
});

describe("barChart", () => {
  test("draws bars as long as their values, from zero", () => {
    const rects = Array.from(parse(bars()).querySelectorAll(".bars-bars rect"));
    const lengths = rects.map((r) => Number(r.getAttribute("height")));
    expect(lengths[1] / lengths[0]).toBeCloseTo(102 / 103, 2);
    expect(lengths[2] / lengths[0]).toBeCloseTo(81 / 103, 2);
  });

  test("long names lay the bars down, and are all there", () => {
    const names = Array.from({ length: 6 }, (_, i) => `a model with a long name, number ${i}`);
    const values = names.map((name, i) => ({ name, value: i + 1 }));
    const root = parse(barChart({ id: "long", bars: values, names: { label: "Model" }, value: y }));
    const widths = Array.from(root.querySelectorAll(".long-bars rect")).map((r) => Number(r.getAttribute("width")));
    expect(widths[5] / widths[0]).toBeCloseTo(6, 1);
    expect(textsOf(root)).toEqual(expect.arrayContaining(names));
  });

  test("no bars, and two bars in one place, are errors", () => {
    const axes = { names: { label: "Model" }, value: y };
    expect(() => barChart({ id: "a", bars: [], ...axes })).toThrow(UsageError);
    expect(() =>
      barChart({
        id: "a",
        bars: [
          { name: "n", value: 1 },
          { name: "n", value: 2 },
        ],
        ...axes,
      }),
    ).toThrow(/two/);
  });
});

describe("heatMap", () => {
  test("draws each finite value as a cell with its number", () => {
    const root = parse(heat());
    expect(root.querySelectorAll(".heat-cells rect").length).toBe(5);
    const texts = textsOf(root);
    expect(texts).toEqual(expect.arrayContaining(["1.0", "−2.0", "6.0", "up", "down", "Weight (mV)"]));
  });

  test("a diverging map is white at zero, red above and blue below", () => {
    const rects = Array.from(parse(heat()).querySelectorAll(".heat-cells rect"));
    const [, negative, zero, , positive] = rects.map((r) => r.getAttribute("fill")!.match(/\d+/g)!.map(Number));
    expect(Math.min(...zero)).toBeGreaterThan(235);
    expect(negative[2]).toBeGreaterThan(negative[0]);
    expect(positive[0]).toBeGreaterThan(positive[2]);
  });

  test("the first row is on top", () => {
    const rects = Array.from(parse(heat()).querySelectorAll(".heat-cells rect"));
    expect(Number(rects[0].getAttribute("y"))).toBeLessThan(Number(rects[4].getAttribute("y")));
  });

  test("a wrong number of values, or none finite, is an error", () => {
    const axes = { id: "a", rows: 2, columns: 2, x, y, value: { label: "v" } };
    expect(() => heatMap({ ...axes, values: [1, 2, 3] })).toThrow(ShapeError);
    expect(() => heatMap({ ...axes, values: Array(4).fill(Number.NaN) })).toThrow(/none finite/);
  });
});

test("an image panel wants one name for each row", () => {
  const options = { id: "p", height: 2, width: 2, columns: 3, rowNames: ["only"] };
  expect(() => imagePanel(new Float32Array(24), options)).toThrow(/expected 2 names, or none, got 1/);
});

function parse(svg: string): DominoElement {
  return domino.createWindow(`<html><body>${svg}</body></html>`).document.querySelectorAll("svg")[0];
}

function textsOf(root: DominoElement): string[] {
  return Array.from(root.querySelectorAll("text")).map((t) => t.textContent);
}

/** The first fault against XML 1.0, or "": tags balanced, attributes quoted and unique, only known entities. */
function wellFormed(xml: string): string {
  const open: string[] = [];
  let roots = 0;
  for (const [token] of xml.trim().matchAll(/<[^>]*>|[^<]+/g)) {
    if (/&(?!(amp|lt|gt|quot|#\d+);)/.test(token)) return `entity in ${token}`;
    if (!token.startsWith("<")) {
      if (open.length === 0) return `text outside: ${token}`;
    } else if (token.startsWith("</")) {
      if (open.pop() !== token.slice(2, -1)) return `closes nothing: ${token}`;
    } else {
      const tag = token.match(/^<([A-Za-z]\w*)((?: [\w:-]+="[^"<]*")*)(\/?)>$/);
      if (!tag) return `malformed: ${token}`;
      const names = [...tag[2].matchAll(/ ([\w:-]+)=/g)].map((m) => m[1]);
      if (new Set(names).size !== names.length) return `attribute twice: ${token}`;
      if (open.length === 0) roots++;
      if (!tag[3]) open.push(tag[1]);
    }
  }
  return open.length > 0 ? `left open: ${open.join(" ")}` : roots === 1 ? "" : `${roots} roots`;
}
