import domino, { type DominoElement } from "@mixmark-io/domino";
import { expect, test } from "vitest";
import { scatterChart } from "./scatter-chart.ts";
import { textWidth } from "./text-width.ts";

const x = { label: "z1" };
const y = { label: "z2" };
const points = Array.from({ length: 60 }, (_, i) => ({ x: Math.cos(i), y: 3 * Math.sin(i), group: i % 3 }));

test("ten thousand points stay below 0.7 MB", () => {
  const many = Array.from({ length: 10_000 }, (_, i) => ({ x: Math.sin(i * i), y: Math.cos(3 * i), group: i % 10 }));
  const svg = scatterChart({ id: "many", points: many, groups: [..."0123456789"], x, y });
  expect(parse(svg).querySelectorAll(".many-dots circle")).toHaveLength(10_000);
  expect(svg.length).toBeLessThan(700_000);
});

test("marked points stand in their places, with names that cover neither them nor each other", () => {
  const marked = [
    [0, 0],
    [0.02, 0.05],
    [-0.03, 0.1],
    [1, 3],
  ].map(([px, py], i) => ({ x: px, y: py, label: `concept ${i}`, group: i % 3 }));
  const groups = ["zero", "one", "two"];
  const root = parse(scatterChart({ id: "m", points, groups, x, y, marked }));
  const dots = Array.from(root.querySelectorAll(".m-beside circle")).filter((c) => c.getAttribute("stroke"));
  const names = Array.from(root.querySelectorAll(".m-beside text"));
  expect(names.map((t) => t.textContent)).toEqual(marked.map((m) => m.label));
  const boxes = [
    ...names.map((t) => {
      const [cx, cy] = ["x", "y"].map((n) => Number(t.getAttribute(n)));
      const half = textWidth(t.textContent, 13) / 2;
      return { left: cx - half, right: cx + half, top: cy - 7, bottom: cy + 7 };
    }),
    ...dots.map((c) => {
      const [cx, cy] = ["cx", "cy"].map((n) => Number(c.getAttribute(n)));
      return { left: cx - 4, right: cx + 4, top: cy - 4, bottom: cy + 4 };
    }),
  ];
  for (const [i, a] of boxes.slice(0, 4).entries()) {
    for (const b of boxes.slice(i + 1)) {
      expect(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top, `${i}`).toBe(true);
    }
  }
  // The last is the upper right corner of the axes' range, where a name fits on the left only.
  const circle = Array.from(root.querySelectorAll(".m-dots circle"));
  const [own, other] = [dots[3], circle[0]].map((c) => ["cx", "cy"].map((n) => Number(c.getAttribute(n))));
  expect(own[0]).toBeCloseTo(other[0], 0); // point 0 is at x = 1
  expect(own[1]).toBeLessThan(other[1]);
});

function parse(svg: string): DominoElement {
  return domino.createWindow(`<html><body>${svg}</body></html>`).document.querySelectorAll("svg")[0];
}
