import { expect, test } from "vitest";
import { RunError } from "../base/errors.ts";
import { compile } from "../graph/compile.ts";
import { input } from "../graph/leaves.ts";
import { square } from "../graph/ops/index.ts";
import { webRuntime, webThreads } from "./onnxruntime-web.ts";

// What needs a browser is in test/browser.test.ts.

test.each([
  [{ crossOriginIsolated: true, navigator: { hardwareConcurrency: 4 } }, 4, /^4 threads$/],
  [{ crossOriginIsolated: true, navigator: { hardwareConcurrency: 64 } }, 8, /^8 threads$/],
  [{ crossOriginIsolated: true, navigator: { hardwareConcurrency: 1 } }, 1, /^1 thread$/],
  [{ crossOriginIsolated: true }, 1, /^1 thread$/],
  [{ crossOriginIsolated: false, navigator: { hardwareConcurrency: 4 } }, 1, /not cross-origin isolated/],
  [{}, 1, /not cross-origin isolated/],
])("a page like %j has %d thread(s)", (page, count, note) => {
  expect(webThreads(page).count).toBe(count);
  expect(webThreads(page).note).toMatch(note);
});

test("without WebGPU, opening says so", async () => {
  const opening = webRuntime("webgpu").open(compile({ name: "square", outputs: { y: square(input("x", [1])) } }));
  await expect(opening).rejects.toThrow(RunError);
  await expect(opening).rejects.toThrow(/a browser without WebGPU/);
});
