import { expect, test } from "vitest";
import { textWidth, wrapText } from "./text-width.ts";

test("the estimate is not below DejaVu Sans, the widest usual font", () => {
  // Advance widths in units of 2048 per em, from the font's hmtx table.
  const digits = 1303;
  expect(textWidth("0123456789", 2048)).toBeGreaterThanOrEqual(10 * digits);
  const hello = 1540 + 1260 + 569 + 569 + 1253; // H e l l o
  expect(textWidth("Hello", 2048)).toBeGreaterThanOrEqual(hello);
});

test("wrapped lines hold all words in order and are as wide as allowed", () => {
  const text = "negative log-likelihood of the test images in nats";
  const lines = wrapText(text, 120, 12);
  expect(lines.join(" ")).toBe(text);
  for (const line of lines) expect(textWidth(line, 12)).toBeLessThanOrEqual(120);
  expect(wrapText("unbreakably", 10, 12)).toEqual(["unbreakably"]);
  expect(wrapText("", 10, 12)).toEqual([]);
});
