import { UsageError } from "../base/errors.ts";
import type { ChartOptions } from "./chart-frame.ts";
import { element } from "./escape.ts";
import { type GridOptions, imageGrid } from "./image-grid.ts";
import { encodePng, pngDataUri } from "./png.ts";
import { lines, svg, TICK_FONT } from "./svg.ts";
import { textWidth } from "./text-width.ts";

export interface ImagePanelOptions extends Pick<ChartOptions, "id" | "title">, GridOptions {
  /** Images side by side. */
  readonly columns: number;
  /** A name left of each row of images: "input", "reconstruction". */
  readonly rowNames?: readonly string[];
  /** A name above each column of images: "t = 1". */
  readonly columnNames?: readonly string[];
}

/**
 * A grid of images whose rows and columns have a meaning, with their names beside it, as standalone SVG.
 * @param images as for `imageGrid`
 * @throws UsageError if there is not one name for each row or column
 */
export function imagePanel(images: Float32Array, options: ImagePanelOptions): string {
  const { id, title = "images", columns, rowNames = [], columnNames = [], scale = 2, gap = 2 } = options;
  const picture = imageGrid(images, options);
  const stepX = options.width * scale + gap;
  const stepY = options.height * scale + gap;
  const rows = Math.round((picture.height + gap) / stepY);
  checkCount("rowNames", rowNames, rows);
  checkCount("columnNames", columnNames, columns);

  const left = rowNames.length > 0 ? Math.ceil(Math.max(...rowNames.map((n) => textWidth(n, TICK_FONT)))) + 12 : 0;
  // Names that would touch each other are thinned out.
  const widest = Math.max(0, ...columnNames.map((n) => textWidth(n, TICK_FONT)));
  const every = Math.max(1, Math.ceil((widest + 6) / stepX));
  const overhang = Math.ceil(Math.max(0, (widest - stepX) / 2));
  const top = columnNames.length > 0 ? 22 : 0;
  const width = Math.max(left, overhang) + picture.width + overhang;
  const x = Math.max(left, overhang);
  const middle = (i: number, step: number) => i * step + (step - gap) / 2;
  const parts = [
    element("rect", { width, height: top + picture.height, fill: "#ffffff" }),
    ...rowNames.map((name, i) =>
      lines([name], x - 10, top + middle(i, stepY), 0, { dy: "0.35em", "text-anchor": "end" }),
    ),
    ...columnNames.map((name, i) =>
      i % every === 0 ? lines([name], x + middle(i, stepX), 14, 0, { "text-anchor": "middle" }) : "",
    ),
    element("image", {
      x,
      y: top,
      width: picture.width,
      height: picture.height,
      href: pngDataUri(encodePng(picture)),
      style: "image-rendering: pixelated",
    }),
  ];
  return svg({ id, width, height: top + picture.height }, title, parts);
}

function checkCount(what: string, names: readonly string[], count: number): void {
  if (names.length === 0 || names.length === count) return;
  throw new UsageError({
    where: `imagePanel, ${what}`,
    expected: `${count} names, or none`,
    got: String(names.length),
    fix: "name each row and column of images",
  });
}
