import domino, { type DominoElement, type DominoNode } from "@mixmark-io/domino";
import * as Plot from "@observablehq/plot";
import { element, escapeText } from "./escape.ts";

/** A scale of a drawn plot: data to pixels. */
export interface PlotScale {
  apply(value: number): number;
}

/** What a plot left: the markup of its marks, and its position scales for whatever is written beside them. */
export interface DrawnPlot {
  readonly markup: string;
  readonly x: PlotScale;
  readonly y: PlotScale;
}

/**
 * Draws with Observable Plot without a browser. The result holds the marks only, without the outer `svg` and its style
 * sheet; coordinates are rounded, and ids start with `id`, so that equal input gives equal bytes.
 * @param id      unique on the page
 * @param options as Plot takes them
 * @param digits  of coordinates after the point
 */
export function drawPlot(id: string, options: Plot.PlotOptions, digits = 2): DrawnPlot {
  const { document } = domino.createWindow("<html></html>");
  // domino's document is one in all that Plot asks of it; the types of a browser are not loaded here.
  const plot = Plot.plot({ ...options, className: id, document: document as unknown as Document });
  const children = Array.from((plot as unknown as DominoElement).childNodes);
  const markup = children.filter((node) => !isStyle(node)).map((node) => serialize(node, id, digits));
  return {
    markup: markup.join("\n"),
    x: plot.scale("x") as unknown as PlotScale,
    y: plot.scale("y") as unknown as PlotScale,
  };
}

type Document = NonNullable<Plot.PlotOptions["document"]>;

function isStyle(node: DominoNode): boolean {
  return node.nodeType === 1 && (node as DominoElement).localName === "style";
}

/** XML, which domino's own outerHTML is not: that leaves `<` in attributes and writes `&nbsp;`. */
function serialize(node: DominoNode, id: string, digits: number): string {
  if (node.nodeType === 3) return escapeText(node.nodeValue ?? "");
  if (node.nodeType !== 1) return "";
  const { localName, attributes, childNodes } = node as DominoElement;
  const values: Record<string, string> = {};
  for (const { name, value } of Array.from(attributes)) {
    if (GEOMETRY.has(name))
      values[name] = value.replace(/-?\d+\.\d+(e-?\d+)?/g, (s) => String(rounded(Number(s), digits)));
    // Plot numbers clip paths over the life of the process; a plot here has at most one.
    else values[name] = value.replace(/plot-clip-\d+/, `${id}-clip`);
  }
  const content = Array.from(childNodes).map((child) => serialize(child, id, digits));
  return element(localName, values, content.join(""));
}

const GEOMETRY = new Set(["d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "transform"]);

function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits + 0;
}
