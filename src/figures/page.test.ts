import domino from "@mixmark-io/domino";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../base/errors.ts";
import { lineChart } from "./chart.ts";
import { imageGrid } from "./image-grid.ts";
import { page, type Section } from "./page.ts";
import { encodePng } from "./png.ts";

const hostile = `"><script>alert('x')</script><img src=https://example.org/a.png>&`;
const picture = imageGrid(new Float32Array(16), { height: 2, width: 2 });
const svg = lineChart({
  id: "c",
  title: hostile,
  series: [
    {
      name: hostile,
      points: [
        [0, 1],
        [1, 2],
      ],
    },
  ],
  x: { label: "x" },
  y: { label: "y" },
});
const sections: Section[] = [
  { kind: "text", heading: hostile, paragraphs: ["One.", hostile] },
  { kind: "figure", image: { svg }, alt: hostile, caption: hostile },
  { kind: "figures", figures: [1, 2].map((n) => ({ image: { picture }, alt: `grid ${n}`, caption: `Grid ${n}.` })) },
  {
    kind: "figures",
    caption: "Together.",
    figures: [{ image: { png: encodePng(picture) }, alt: "part", caption: "Part." }],
  },
  {
    kind: "table",
    caption: hostile,
    columns: ["Model", { label: "Bound", decimals: 2 }, "Paper", hostile],
    rows: [
      ["VAE", -103.1, "−102.4 ± 0.4", hostile],
      ["DRAW", -1080, "–", "x"],
    ],
  },
  {
    kind: "facts",
    facts: [
      ["Parameters", 684200],
      ["Rate", 1e-9],
      [hostile, hostile],
    ],
  },
  {
    kind: "comparisons",
    comparisons: [
      {
        what: hostile,
        mark: "no",
        verdict: hostile,
        sides: [
          ["Paper", hostile],
          ["Here", "5 of 10"],
        ],
      },
    ],
  },
  { kind: "contents", entries: [{ heading: hostile, about: hostile }] },
  { kind: "code", code: `train --out "runs" && ${hostile}`, caption: "Run." },
];
const html = page({ title: hostile, subtitle: hostile, sections });
const document = domino.createWindow(html).document;
const all = (selector: string) => Array.from(document.querySelectorAll(selector));

describe("page", () => {
  test("hostile text stays text: no script, no element of its own, in the page or in a figure", () => {
    expect(all("script")).toHaveLength(0);
    expect(all("img")).toHaveLength(4);
    expect(all("h1")[0].textContent).toBe(hostile);
    expect(all("title")[0].textContent).toBe(hostile);
    expect(all("h2")[0].textContent).toBe(hostile);
    expect(all("pre code")[0].textContent).toBe(`train --out "runs" && ${hostile}`);
    const embedded = Buffer.from(all("img")[0].getAttribute("src")!.split(",")[1], "base64").toString("utf8");
    expect(embedded).toBe(svg);
    expect(embedded).not.toContain("<script");
  });

  test("loads nothing: every address is inline, and the style sheet names none", () => {
    for (const image of all("img")) expect(image.getAttribute("src")).toMatch(/^data:image\/(png|svg\+xml);base64,/);
    expect(all("link, iframe, object, embed, video, audio, source, base, form")).toHaveLength(0);
    expect(all("style")[0].textContent).not.toMatch(/url\(|@import|https?:/);
    for (const node of all("*")) {
      for (const { name, value } of Array.from(node.attributes)) {
        expect(name).not.toMatch(/^on/);
        if (name === "href") expect(value).toMatch(/^#/);
        if (/^(src|srcset|action|data|poster)$/.test(name)) expect(value).toMatch(/^data:/);
      }
    }
  });

  test("every image has an alternative text, the page a language, and phones its width", () => {
    expect(all("img").map((image) => image.getAttribute("alt"))).toEqual([hostile, "grid 1", "grid 2", "part"]);
    expect(all("html")[0].getAttribute("lang")).toBe("en");
    expect(all('meta[name="viewport"]')).toHaveLength(1);
  });

  test("figures and tables are numbered in order, parts lettered", () => {
    expect(all("figcaption b").map((b) => b.textContent)).toEqual([
      "Figure 1",
      "Figure 2",
      "Figure 3",
      "(a)",
      "Figure 4",
      "Table 1",
    ]);
  });

  test("columns of numbers are aligned as numbers, with their decimals; others are not", () => {
    expect(all("th").map((th) => th.getAttribute("class"))).toEqual([null, "number", "number", null]);
    expect(
      all("td")
        .map((td) => td.textContent)
        .slice(1, 3),
    ).toEqual(["−103.10", "−102.4 ± 0.4"]);
    expect(all("td")[5].textContent).toBe("−1,080.00");
    const facts = all("section > dl dd").map((dd) => dd.textContent);
    expect(facts).toEqual(["684,200", "1e−9", hostile]);
  });

  test("a comparison says in words what its mark is, and who says what", () => {
    expect(all(".comparison h3")[0].textContent).toBe(hostile);
    expect(all(".comparison .mark").map((p) => [p.getAttribute("class"), p.textContent])).toEqual([
      ["mark no", hostile],
    ]);
    expect(all(".comparison dt, .comparison dd").map((d) => d.textContent)).toEqual([
      "Paper",
      hostile,
      "Here",
      "5 of 10",
    ]);
  });

  test("contents lead to their headings", () => {
    const target = all(".contents a")[0].getAttribute("href")!.slice(1);
    expect(target).toMatch(/^[a-z0-9-]+$/);
    expect(all("h2").filter((h) => h.getAttribute("id") === target)).toHaveLength(1);
  });

  test("figures wider than the text reach beyond it, others do not", () => {
    const wide = (width: number) => {
      const image = { svg: `<svg xmlns="x" width="${width}" height="9"><g width="900"/></svg>` };
      return page({ title: "t", sections: [{ kind: "figure", image, alt: "a", caption: "c" }] }).includes(
        '<figure class="wide">',
      );
    };
    expect([640, 920].map(wide)).toEqual([false, true]);
  });

  test("is made for light, dark, narrow and paper", () => {
    const style = all("style")[0].textContent;
    for (const query of ["prefers-color-scheme: dark", "max-width: 40rem", "@media print"])
      expect(style).toContain(query);
  });

  test("is the same bytes for the same sections", () => {
    expect(page({ title: hostile, subtitle: hostile, sections })).toBe(html);
  });

  test("a row of the wrong length is an error that names it", () => {
    const table: Section = { kind: "table", caption: "Bounds", columns: ["a", "b"], rows: [["x", 1], ["y"]] };
    expect(() => page({ title: "t", sections: [table] })).toThrow(ShapeError);
    expect(() => page({ title: "t", sections: [table] })).toThrow(/"Bounds", row 1: expected 2 cells.*got 1/);
  });
});
