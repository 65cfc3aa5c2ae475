import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, test } from "vitest";

/** An import or re-export of one file by another, or of a package. */
interface Import {
  /** "src/graph/op.ts" */
  readonly from: string;
  /** A file of ours as a path like `from`, or a package's name as it is written. */
  readonly to: string;
  /** It is erased when the program runs. */
  readonly typeOnly: boolean;
}

const root = resolve(import.meta.dirname, "..");

/** All files that are built, and the examples; tests and what only tests import are left out. */
const files = ["src", "apps", "bench", "examples"]
  .filter((top) => existsSync(join(root, top)))
  .flatMap((top) => (readdirSync(join(root, top), { recursive: true }) as string[]).map((f) => join(top, f)))
  .map((f) => f.split(sep).join("/"))
  .filter((f) => f.endsWith(".ts") && !/\.(test|contract|d)\.ts$/.test(f))
  .sort();

const imports: readonly Import[] = files.flatMap(importsOf);

function importsOf(from: string): Import[] {
  const text = readFileSync(join(root, from), "utf8").replace(/^\s*(\/\/.*|\/\*[\s\S]*?\*\/)$/gm, "");
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const to = specifier.startsWith(".")
      ? relative(root, resolve(root, dirname(from), specifier))
          .split(sep)
          .join("/")
      : specifier;
    found.push({ from, to, typeOnly });
  };
  for (const [, clause, specifier] of text.matchAll(/^(?:import|export)\s([^;"']*?)\s*from\s*["']([^"']+)["']/gm)) {
    add(specifier, clause.startsWith("type ") || (/^\{[^}]*\}$/s.test(clause) && everyNameIsType(clause)));
  }
  for (const [, specifier] of text.matchAll(/^import\s*["']([^"']+)["']/gm)) add(specifier, false);
  for (const [, before, specifier] of text.matchAll(/(\S*)\s*\bimport\(\s*["']([^"']+)["']\s*\)/g)) {
    add(specifier, before !== "await");
  }
  return found;
}

/** { type A, type B } */
function everyNameIsType(clause: string): boolean {
  const names = clause
    .replace(/[{}]/g, "")
    .split(",")
    .map((n) => n.trim());
  return names.filter(Boolean).every((n) => n.startsWith("type "));
}

/** "src/graph/ops/index.ts" → "graph"; "src/index.ts" → "index.ts" */
const folderOf = (file: string): string => file.split("/")[1];

/** Who may import whom within src; in `types`, only for types. */
const may: Readonly<Record<string, { readonly values: readonly string[]; readonly types?: readonly string[] }>> = {
  base: { values: [] },
  onnx: { values: ["base"] },
  graph: { values: ["base", "onnx"] },
  runtime: { values: ["base", "graph", "onnx/encode.ts"], types: ["onnx"] },
  nn: { values: ["base", "graph"] },
  distributions: { values: ["base", "graph"] },
  models: { values: ["base", "graph", "nn", "distributions"] },
  data: { values: ["base"] },
  figures: { values: ["base"] },
  training: {
    values: ["base", "graph", "runtime", "nn/phase.ts", "models/model.ts"],
    types: ["data/dataset.ts", "data/batches.ts"],
  },
  analyses: {
    values: ["base", "onnx/encode.ts", "graph", "runtime", "distributions", "data", "models/model.ts"],
  },
  probes: {
    values: ["base", "graph", "runtime", "distributions", "data", "figures", "models/model.ts", "analyses"],
  },
  recipes: {
    values: [
      ...["base", "onnx", "graph", "runtime", "nn", "distributions", "models", "data", "figures"],
      ...["training", "analyses"],
    ],
  },
  experiments: {
    values: [
      ...["base", "graph", "runtime", "distributions", "models", "data", "figures"],
      ...["training", "analyses", "recipes", "probes"],
    ],
  },
};

const within = (file: string, allowed: readonly string[]): boolean =>
  allowed.some((a) => file === `src/${a}` || file.startsWith(`src/${a}/`));

const show = ({ from, to, typeOnly }: Import): string => `${from} → ${to}${typeOnly ? " (types)" : ""}`;

test("every import of ours leads to a file", () => {
  expect(files.length).toBeGreaterThan(90);
  expect(imports.length).toBeGreaterThan(300);
  const lost = imports.filter(({ to }) => /^(src|apps|bench|examples)\//.test(to) && !existsSync(join(root, to)));
  expect(lost.map(show)).toEqual([]);
});

test("every folder of src has its rule", () => {
  const folders = new Set(files.filter((f) => f.split("/").length > 2 && f.startsWith("src/")).map(folderOf));
  expect([...folders].sort()).toEqual(Object.keys(may).sort());
});

describe("imports within src", () => {
  test.each(Object.keys(may))("%s imports what it may", (folder) => {
    const { values, types = [] } = may[folder];
    const wrong = imports.filter(
      ({ from, to, typeOnly }) =>
        from.startsWith(`src/${folder}/`) &&
        to.startsWith("src/") &&
        !within(to, [folder, ...values, ...(typeOnly ? types : [])]),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  test("nothing reaches out of src", () => {
    const wrong = imports.filter(({ from, to }) => from.startsWith("src/") && /^(apps|bench|examples|test)\//.test(to));
    expect(wrong.map(show)).toEqual([]);
  });

  test("only the public entries import the entries", () => {
    const entries = ["src/index.ts", "src/node.ts", "src/web.ts"];
    const wrong = imports.filter(
      ({ from, to }) => from.startsWith("src/") && entries.includes(to) && !entries.includes(from),
    );
    expect(wrong.map(show)).toEqual([]);
  });
});

test("only src/runtime imports ONNX Runtime", () => {
  const wrong = imports.filter(({ from, to }) => to.startsWith("onnxruntime") && !from.startsWith("src/runtime/"));
  expect(wrong.map(show)).toEqual([]);
});

describe("what stands on top uses the public entries", () => {
  const entries = ["src/index.ts", "src/node.ts"];
  test.each([
    ["apps", ["apps/", "bench/"]],
    ["bench", ["bench/"]],
    ["examples", ["examples/"]],
  ])("%s", (top, own) => {
    const wrong = imports.filter(
      ({ from, to }) =>
        from.startsWith(`${top}/`) &&
        /^(src|apps|bench|examples|test)\//.test(to) &&
        !entries.includes(to) &&
        !own.some((o) => to.startsWith(o)),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  test("no app imports another", () => {
    const app = (f: string): string => f.split("/")[1];
    const wrong = imports.filter(
      ({ from, to }) => from.startsWith("apps/") && to.startsWith("apps/") && app(from) !== app(to),
    );
    expect(wrong.map(show)).toEqual([]);
  });
});

// Types may: a value names its op and an op its values.
test("no files import each other in a circle when they run", () => {
  const running = imports.filter(({ typeOnly }) => !typeOnly);
  const next = new Map(files.map((f) => [f, running.filter(({ from }) => from === f).map(({ to }) => to)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file].join(" → "));
    if (at >= 0 || done.has(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

test("src/index.ts reaches nothing of Node", () => {
  const reached = new Map<string, string>([["src/index.ts", ""]]);
  const queue = ["src/index.ts"];
  const wrong: string[] = [];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    for (const i of imports.filter(({ from, typeOnly }) => from === file && !typeOnly)) {
      if (i.to.startsWith("node:") || i.to.startsWith("onnxruntime"))
        wrong.push(`${reached.get(file)} ${show(i)}`.trim());
      if (!i.to.startsWith("src/") || reached.has(i.to)) continue;
      reached.set(i.to, `${reached.get(file)} ${file} →`.trim());
      queue.push(i.to);
    }
  }
  expect(reached.size).toBeGreaterThan(30);
  expect(wrong).toEqual([]);
});
