import { expect, test } from "vitest";
import { dotChart } from "./dot-chart.ts";

const options = {
  id: "dots",
  groups: [{ name: "ours" }, { name: "paper", mark: "square" as const }],
  names: { label: "" },
  value: { label: "error", unit: "rad²", type: "log" as const },
};

const places = (svg: string, what: string): number[][] => {
  const part = svg.match(new RegExp(`<g[^>]*class="[^"]*${what}[^"]*"[^>]*>(.*?)</g>`, "s"))?.[1] ?? "";
  const circles = [...part.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
  return circles.length > 0
    ? circles
    : [...part.matchAll(/translate\(([\d.]+),([\d.]+)\)/g)].map(([, x, y]) => [Number(x), Number(y)]);
};

test("equal ratios are equal distances; names go down, and groups have lanes of their own", () => {
  const svg = dotChart({
    ...options,
    dots: [
      { name: "a", value: 1e-4, group: 0 },
      { name: "a", value: 1e-3, group: 0 },
      { name: "b", value: 1e-2, group: 0 },
      { name: "b", value: 1e-3, group: 1 },
    ],
  });
  const [one, two, three] = places(svg, "dots-dots");
  expect(two[0] - one[0]).toBeCloseTo(three[0] - two[0], 1);
  expect(two[0]).toBeGreaterThan(one[0]);
  expect(two[1]).toBe(one[1]);
  expect(three[1]).toBeGreaterThan(one[1]);
  const [reference] = places(svg, "dots-squares");
  expect(reference[0]).toBeCloseTo(two[0], 1);
  expect(reference[1]).toBeGreaterThan(three[1]);
  for (const text of ["ours", "paper", "error (rad²)", ">a<", ">b<"]) expect(svg).toContain(text);
});

test("a level widens the axis and is explained in the legend", () => {
  const svg = dotChart({
    ...options,
    dots: [{ name: "a", value: 1e-3, group: 0 }],
    levels: [{ value: 1e-5, label: "floor" }],
  });
  expect(svg).toContain("floor");
  expect(svg).not.toMatch(/NaN|undefined/);
});

test("no dots, values that are not finite and groups without a name are refused", () => {
  expect(() => dotChart({ ...options, dots: [] })).toThrow("at least one dot");
  expect(() => dotChart({ ...options, dots: [{ name: "a", value: Number.NaN, group: 0 }] })).toThrow("finite");
  expect(() => dotChart({ ...options, dots: [{ name: "a", value: 1, group: 2 }] })).toThrow("group 2, and 2 names");
});
