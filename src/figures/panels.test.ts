import domino, { type DominoElement } from "@mixmark-io/domino";
import { describe, expect, test } from "vitest";
import { UsageError } from "../base/errors.ts";
import { heatMap, lineChart, lineLegend } from "./chart.ts";
import { type PanelsOptions, panels, panelWidth } from "./panels.ts";

const points = Array.from({ length: 81 }, (_, t): [number, number] => [t, 10 * Math.exp(-t / 8) + t / 40]);
const series = [{ name: "own" }, { name: "abstract", dashed: true }].map((s) => ({ ...s, points }));

function chart(i: number, width = 230): string {
  const [x, y] = [{ label: "" }, { label: "", domain: [0, 8] as const }];
  return lineChart({ id: `chart-${i}`, width, legend: false, series, x, y });
}

const ten = (options: Partial<PanelsOptions> = {}, width?: number) =>
  panels(
    Array.from({ length: 10 }, (_, i) => chart(i, width)),
    { id: "all", columns: 5, ...options },
  );

const matrix = (id: string, width: number) =>
  heatMap({
    ...{ id, width, rows: 10, columns: 10, legend: false, domain: [-1, 1], diverging: true },
    values: Array.from({ length: 100 }, (_, i) => Math.cos(i)),
    ...{ x: { label: "Label" }, y: { label: "Label" }, value: { label: "Cosine" } },
  });

const shared = {
  title: "Distances",
  legend: lineLegend(series),
  x: { label: "Step" },
  y: { label: "Distance" },
  names: Array.from({ length: 10 }, (_, i) => `digit ${i}`),
};

describe("panels", () => {
  test("stand in reading order without touching, and inside the whole", () => {
    const { root, boxes } = laidOut(ten(shared));
    expect(boxes).toHaveLength(10);
    for (const [i, box] of boxes.entries()) {
      expect(box.right).toBeLessThanOrEqual(Number(root.getAttribute("width")));
      expect(box.bottom).toBeLessThanOrEqual(Number(root.getAttribute("height")));
      if (i % 5 > 0) expect(box.left - boxes[i - 1].right).toBe(12);
      if (i >= 5) expect(box.left).toBe(boxes[i - 5].left);
      if (i >= 5) expect(box.top).toBeGreaterThan(boxes[i - 5].bottom);
    }
  });

  test("keep their size, so that their text does", () => {
    const root = parse(ten());
    for (const svg of nestedOf(root)) {
      expect(svg.getAttribute("viewBox")).toBe(`0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
      expect(svg.getAttribute("width")).toBe("230");
    }
    expect(root.getAttribute("viewBox")).toBe(`0 0 ${root.getAttribute("width")} ${root.getAttribute("height")}`);
  });

  test("every id occurs once, and every reference to one leads to it", () => {
    const svg = ten(shared);
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map((m) => m[1]);
    expect(ids.length).toBeGreaterThan(20); // charts with a domain have a clip path each
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
  });

  test("letters and names stand in one line above each panel, legend and labels of axes once", () => {
    const texts = textsOf(parse(ten({ ...shared, labels: true })));
    for (const [i, name] of shared.names.entries()) {
      expect(texts).toContain(`(${"abcdefghij"[i]}) ${name}`);
    }
    for (const once of ["own", "abstract", "Step", "Distance", "Distances"]) {
      expect(
        texts.filter((t) => t === once),
        once,
      ).toHaveLength(1);
    }
  });

  test("headings lie between the panels of two rows", () => {
    const { root, boxes } = laidOut(ten({ labels: true, gap: 0 }));
    const headings = Array.from(root.querySelectorAll(".all-heading")).map((t) => Number(t.getAttribute("y")));
    for (let i = 5; i < 10; i++) {
      expect(headings[i]).toBeLessThan(boxes[i].top);
      expect(headings[i] - 13).toBeGreaterThan(boxes[i - 5].bottom);
    }
  });

  test("a name too long for its panel goes on below, and makes room for that", () => {
    const names = ["short", "a name that is longer than the panel is wide"];
    const { root, boxes } = laidOut(panels([chart(0), chart(1)], { id: "long", names, labels: true }));
    const headings = Array.from(root.querySelectorAll(".long-heading"));
    expect(headings.map((t) => t.textContent).join("|")).toBe(
      "(a) short|(b) a name that is longer|than the panel is wide",
    );
    const y = headings.map((t) => Number(t.getAttribute("y")));
    expect(y[0]).toBe(y[2]);
    expect(y[2] - y[1]).toBe(17);
    expect(y[1] - 13).toBeGreaterThan(0);
    expect(boxes[0].top).toBe(boxes[1].top);
  });

  test("a row has the height of its highest panel, a column the width of its widest", () => {
    const mixed = [chart(0, 200), matrix("m", 260), chart(1, 240), chart(2, 210)];
    const { boxes } = laidOut(panels(mixed, { id: "mixed", columns: 2, gap: 10 }));
    expect(boxes[1].left).toBe(250);
    expect(boxes[2].top).toBe(boxes[1].bottom + 10);
    expect(boxes[1].bottom).toBeGreaterThan(boxes[0].bottom);
  });

  test("charts drawn at panelWidth fill the width asked for exactly", () => {
    const options = {
      ...{ id: "all", columns: 5, width: 920, gap: 6, y: { label: "Distance" } },
      colorBar: { domain: [-1, 1] as const, diverging: true, value: { label: "Cosine" } },
    };
    const width = panelWidth(options);
    expect(width).toBeGreaterThan(140);
    const root = parse(ten(options, width));
    expect(Number(root.getAttribute("width"))).toBe(920);
    expect(() => ten(options, width + 1)).toThrow(/at least the 92\d pixels of the panels, got 920/);
  });

  test("a shared colour bar is as high as the marks of its row, right of all panels", () => {
    const colorBar = { domain: [-1, 1] as const, diverging: true, value: { label: "Cosine" }, row: 1 };
    const { root, boxes } = laidOut(
      panels([chart(0), chart(1), matrix("m", 230), matrix("n", 230)], { id: "bar", columns: 2, colorBar }),
    );
    const bar = Array.from(root.childNodes as ArrayLike<DominoElement>).filter(
      (n) => n.localName === "rect" && n.getAttribute("width") === "14",
    );
    const y = bar.map((n) => Number(n.getAttribute("y")));
    const axes = root
      .querySelectorAll(".m-axes")[0]
      .getAttribute("d")!
      .match(/,(\d+)V(\d+)/)!;
    expect(y[0]).toBeCloseTo(boxes[2].top + Number(axes[1]), 0);
    expect(y.at(-1)! + Number(bar.at(-1)!.getAttribute("height"))).toBeCloseTo(boxes[2].top + Number(axes[2]), 0);
    for (const rect of bar) expect(Number(rect.getAttribute("x"))).toBeGreaterThanOrEqual(boxes[3].right);
    expect(textsOf(root)).toEqual(expect.arrayContaining(["Cosine", "−1.0", "1.0"]));
  });

  test("panels may themselves be made of panels", () => {
    const inner = panels([chart(0), chart(1)], { id: "inner" });
    expect(nestedOf(parse(panels([inner, chart(2)], { id: "outer" })))).toHaveLength(2);
  });

  test.each([
    ["no figures", () => panels([], { id: "a" }), /at least one, got none/],
    ["an id twice", () => panels([chart(1), chart(1)], { id: "a" }), /id "chart-1".*twice/],
    ["an id of the whole", () => panels([chart(1)], { id: "chart-1" }), /id "chart-1"/],
    ["too few names", () => ten({ names: ["one"] }), /10, one for each panel, got 1/],
    ["half a column", () => ten({ columns: 2.5 }), /columns: expected a whole number/],
    ["other markup", () => panels(["<p>text</p>"], { id: "a" }), /figure 0: expected a chart/],
    [
      "a row that is not there",
      () => ten({ colorBar: { domain: [0, 1], value: { label: "v" }, row: 2 } }),
      /a row from 0 to 1, got 2/,
    ],
  ])("%s is an error", (_, draw, message) => {
    expect(draw).toThrow(UsageError);
    expect(draw).toThrow(message);
  });
});

function parse(svg: string): DominoElement {
  return domino.createWindow(`<html><body>${svg}</body></html>`).document.querySelectorAll("svg")[0];
}

/** The panels themselves, without what lies inside them. */
function nestedOf(root: DominoElement): DominoElement[] {
  return Array.from(root.childNodes as ArrayLike<DominoElement>).filter((node) => node.localName === "svg");
}

function laidOut(svg: string) {
  const root = parse(svg);
  const boxes = nestedOf(root).map((node) => {
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(node.getAttribute(name)));
    return { left: x, top: y, right: x + width, bottom: y + height };
  });
  return { root, boxes };
}

function textsOf(root: DominoElement): string[] {
  return Array.from(root.querySelectorAll("text")).map((t) => t.textContent);
}
