import { ShapeError } from "../base/errors.ts";
import { element, escapeText } from "./escape.ts";
import { PAGE_STYLE } from "./page-style.ts";
import { encodePng, gifDataUri, type Picture, pngDataUri, svgDataUri } from "./png.ts";
import { formatNumber } from "./ticks.ts";

/** One of the forms that a picture has. */
export type FigureImage =
  | { readonly svg: string }
  | { readonly png: Uint8Array }
  | { readonly gif: Uint8Array }
  | { readonly picture: Picture };

/** A picture with what is said about it. */
export interface Figure {
  /** SVG text, a PNG or GIF file, or pixels. */
  readonly image: FigureImage;
  /** What a reader who cannot see the picture should know. */
  readonly alt: string;
  /** Written below; the page puts "Figure 1" and so on before it. */
  readonly caption: string;
}

export interface Column {
  readonly label: string;
  /** Decimals of the numbers in this column; as they are unless given. */
  readonly decimals?: number;
}

/** How a comparison came out; the page colours it, and gives it a sign of its own. */
export type Mark = "yes" | "partly" | "no" | "none";

/** What several sources say of one thing, and how that fits together. */
export interface Comparison {
  readonly what: string;
  readonly mark: Mark;
  /** The mark in words. */
  readonly verdict: string;
  /** Who says what: "Paper", "Here". */
  readonly sides: readonly (readonly [name: string, text: string])[];
}

/** One part of a page. Each may begin with a heading. */
export type Section = { readonly heading?: string } & (
  | { readonly kind: "text"; readonly paragraphs: readonly string[] }
  | ({ readonly kind: "figure" } & Figure)
  /** Several side by side. With a caption of their own they are one figure with parts (a), (b), … */
  | { readonly kind: "figures"; readonly figures: readonly Figure[]; readonly caption?: string }
  | {
      readonly kind: "table";
      readonly columns: readonly (string | Column)[];
      readonly rows: readonly (readonly (string | number)[])[];
      readonly caption?: string;
    }
  | { readonly kind: "facts"; readonly facts: readonly (readonly [name: string, value: string | number])[] }
  | { readonly kind: "code"; readonly code: string; readonly caption?: string }
  | { readonly kind: "comparisons"; readonly comparisons: readonly Comparison[] }
  /** Links to headings of the page, each with a few words. */
  | { readonly kind: "contents"; readonly entries: readonly { readonly heading: string; readonly about: string }[] }
);

export interface PageOptions {
  readonly title: string;
  readonly subtitle?: string;
  readonly sections: readonly Section[];
  /** Language of the text, "en" unless given. */
  readonly language?: string;
}

/**
 * One HTML file that needs nothing beside it: no scripts, no network. All text is escaped. Light or dark as the reader's system
 * has it (pictures stay on a light card), from the width of a phone up, and printable.
 * @throws ShapeError if a table's row has not one cell for each column
 */
export function page({ title, subtitle, sections, language = "en" }: PageOptions): string {
  const numbers = { figure: 0, table: 0 };
  return `<!doctype html>
<html lang="${escapeText(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)}</title>
<style>
${PAGE_STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapeText(title)}</h1>
${subtitle ? `<p class="subtitle">${escapeText(subtitle)}</p>\n` : ""}</header>
${sections.map((section) => renderSection(section, numbers)).join("\n")}
</main>
</body>
</html>
`;
}

/** How many figures and tables there have been. */
interface Numbers {
  figure: number;
  table: number;
}

function renderSection(section: Section, numbers: Numbers): string {
  const heading = section.heading ? `<h2 id="${anchor(section.heading)}">${escapeText(section.heading)}</h2>\n` : "";
  return `<section>\n${heading}${renderBody(section, numbers)}\n</section>`;
}

/** Letters and digits of a heading, for links to it. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
}

function renderBody(section: Section, numbers: Numbers): string {
  switch (section.kind) {
    case "text":
      return section.paragraphs.map((text) => `<p>${escapeText(text)}</p>`).join("\n");
    case "figure":
      return renderFigure(section, `Figure ${++numbers.figure}`);
    case "figures":
      return renderFigures(section.figures, section.caption, numbers);
    case "table":
      return renderTable(section, numbers);
    case "facts":
      return `<dl>\n${section.facts.map(([name, value]) => fact(name, value)).join("\n")}\n</dl>`;
    case "code": {
      const caption = section.caption ? `<figcaption>${escapeText(section.caption)}</figcaption>\n` : "";
      return `<figure class="code">\n<pre tabindex="0"><code>${escapeText(section.code)}</code></pre>\n${caption}</figure>`;
    }
    case "comparisons":
      return section.comparisons.map(renderComparison).join("\n");
    case "contents": {
      const entries = section.entries.map(
        ({ heading, about }) =>
          `<li><a href="#${anchor(heading)}">${escapeText(heading)}</a> <span>${escapeText(about)}</span></li>`,
      );
      return `<ul class="contents">\n${entries.join("\n")}\n</ul>`;
    }
  }
}

function renderComparison({ what, mark, verdict, sides }: Comparison): string {
  return `<div class="comparison">
<h3>${escapeText(what)}</h3>
<p class="mark ${mark}">${escapeText(verdict)}</p>
<dl>
${sides.map(([name, text]) => fact(name, text)).join("\n")}
</dl>
</div>`;
}

/** SVG wider than this, in pixels, may reach beyond the column of text. */
const COLUMN = 700;

function renderFigure(figure: Figure, number: string): string {
  const width = "svg" in figure.image ? Number(figure.image.svg.match(/^<svg [^>]*? width="([\d.]+)"/)?.[1] ?? 0) : 0;
  return `<figure${width > COLUMN ? ' class="wide"' : ""}>
<div class="plate">${renderImage(figure)}</div>
${caption(number, figure.caption)}
</figure>`;
}

function renderFigures(figures: readonly Figure[], shared: string | undefined, numbers: Numbers): string {
  if (shared === undefined) {
    const own = figures.map((figure) => renderFigure(figure, `Figure ${++numbers.figure}`));
    return `<div class="row wide">\n${own.join("\n")}\n</div>`;
  }
  const number = `Figure ${++numbers.figure}`;
  const parts = figures.map((figure, i) => renderFigure(figure, `(${String.fromCharCode(97 + i)})`));
  return `<figure class="wide">\n<div class="row">\n${parts.join("\n")}\n</div>\n${caption(number, shared)}\n</figure>`;
}

/** An SVG is shown as an image, so that nothing in it can run or clash with the page. */
function renderImage({ image, alt }: Figure): string {
  if ("svg" in image) return element("img", { src: svgDataUri(image.svg), alt });
  if ("gif" in image) return element("img", { class: "pixels", src: gifDataUri(image.gif), alt });
  const png = "png" in image ? image.png : encodePng(image.picture);
  return element("img", { class: "pixels", src: pngDataUri(png), alt });
}

function caption(number: string, text: string): string {
  return `<figcaption><b>${number}</b> ${escapeText(text)}</figcaption>`;
}

function renderTable(table: Extract<Section, { kind: "table" }>, numbers: Numbers): string {
  const columns = table.columns.map((column) => (typeof column === "string" ? { label: column } : column));
  for (const [i, row] of table.rows.entries()) {
    if (row.length === columns.length) continue;
    throw new ShapeError({
      where: `page, table "${table.caption ?? columns.map((c) => c.label).join(", ")}", row ${i}`,
      expected: `${columns.length} cells, one for each column`,
      got: String(row.length),
      fix: "complete the row",
    });
  }
  const numeric = columns.map((_, j) => table.rows.length > 0 && table.rows.every((row) => isNumeric(row[j])));
  const mark = (j: number) => (numeric[j] ? ' class="number"' : "");
  const head = columns.map(({ label }, j) => `<th scope="col"${mark(j)}>${escapeText(label)}</th>`).join("");
  const body = table.rows.map((row) => {
    const cells = row.map((cell, j) => `<td${mark(j)}>${escapeText(show(cell, columns[j].decimals))}</td>`);
    return `<tr>${cells.join("")}</tr>`;
  });
  const text = table.caption ? `${caption(`Table ${++numbers.table}`, table.caption)}\n` : "";
  return `<figure class="table">
${text}<div class="scroll" tabindex="0">
<table>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table>
</div>
</figure>`;
}

function fact(name: string, value: string | number): string {
  return `<div><dt>${escapeText(name)}</dt><dd>${escapeText(show(value))}</dd></div>`;
}

/** Numbers, and texts that begin like one ("−103.2 ± 0.4"), or stand for a missing one. */
function isNumeric(cell: string | number): boolean {
  return typeof cell === "number" || /^[−+-]?\d[\d,]*(\.\d+)?( ?[±%(].*)?$|^[–—-]?$/.test(cell);
}

function show(value: string | number, decimals?: number): string {
  if (typeof value === "string") return value;
  const own = String(value).match(/^-?\d+(?:\.(\d+))?$/)?.[1]?.length ?? 0;
  const plain = Math.abs(value) < 1e15 && (Math.abs(value) >= 1e-6 || value === 0);
  if (!plain && Number.isFinite(value)) return String(value).replaceAll("-", "−");
  return formatNumber(value, decimals ?? own);
}
