import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const root = new URL("../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const run = promisify(execFile);

describe("README", () => {
  const blocks = [...read("README.md").matchAll(/```ts\n([\s\S]*?)```/g)].map((m) => m[1]);

  test("has two examples in TypeScript", () => expect(blocks).toHaveLength(2));

  test.each([
    [0, /step 0: \d+\.\d nats per image[\s\S]*step 19: \d+/],
    [1, /Softplus[\s\S]*energy: %[\s\S]*Float32Array/],
  ])("example %i runs as printed", async (i, expected) => {
    const folder = mkdtempSync(join(tmpdir(), "helmholtz-readme-"));
    try {
      const entry = new URL("dist/src/node.js", root).href;
      writeFileSync(join(folder, "example.mjs"), blocks[i].replace('"helmholtz/node"', JSON.stringify(entry)));
      const { stdout } = await run(process.execPath, [join(folder, "example.mjs")], { timeout: 50_000 });
      expect(stdout).toMatch(expected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("documents", () => {
  test("the reading order states each file's length within a tenth, about 600 lines in all", () => {
    const rows = [...read("docs/reading-order.md").matchAll(/\]\(\.\.\/([^)]+)\) \| (\d+) \|/g)];
    const lengths = rows.map(([, path]) => read(path).split("\n").length - 1);
    rows.forEach(([, path, n], i) => {
      expect(Math.abs(Number(n) - lengths[i]), path).toBeLessThanOrEqual(Math.ceil(lengths[i] / 10));
    });
    expect(rows).toHaveLength(7);
    const total = lengths.reduce((a, b) => a + b, 0);
    expect(total).toBeGreaterThan(400);
    expect(total).toBeLessThan(700);
  });

  test.each(["README.md", "FEATURES.md", "CHANGELOG.md", "docs/decisions.md", "docs/reading-order.md"])(
    "every file that %s links to exists",
    (document) => {
      const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map((m) => m[1]);
      for (const link of links) expect(() => read(new URL(link, new URL(document, root)).pathname), link).not.toThrow();
    },
  );
});
