import { afterAll, describe, expect, test } from "vitest";
import { compile } from "../src/graph/compile.ts";
import { input } from "../src/graph/leaves.ts";
import { matmul } from "../src/graph/ops/index.ts";
import { opPrograms } from "./op-programs.ts";
import { remoteRuntime } from "./remote/client.ts";
import { reachBrowser } from "./remote/runtimes.ts";
import { runtimeSuite } from "./remote/suite.ts";

const { wasm, webgpu, browser, close } = await reachBrowser();
afterAll(close);

const programs = opPrograms();
runtimeSuite(wasm, programs);
runtimeSuite(webgpu, programs);

describe.skipIf(!browser)("WebAssembly's threads", () => {
  /** Opens a page, multiplies matrices with `threads` asked for, and tells what the page says and how many workers it has. */
  async function inPage(isolated: boolean, threads: number) {
    const { page, send } = await browser!.open({ isolated });
    const n = 64;
    const program = compile({ name: "product", outputs: { y: matmul(input("a", [n, n]), input("b", [n, n])) } });
    const session = await remoteRuntime("wasm", send).open(program, { threads });
    const [a, b] = [new Float32Array(n * n).fill(2), new Float32Array(n * n).fill(3)];
    const [{ y }] = await session.run([{ a, b }]);
    const told = {
      right: y.length === n * n && y.every((x) => x === 6 * n),
      isolated: await page.evaluate("crossOriginIsolated"),
      cores: await page.evaluate<number>("navigator.hardwareConcurrency"),
      workers: page.workers().length,
      description: (await send({ do: "describe", device: "wasm" })).value as string,
    };
    await page.close();
    return told;
  }

  // The page's own thread is one of them; each other one is a worker.
  test("an isolated page computes on as many as are asked for", async () => {
    const two = await inPage(true, 2);
    expect(two).toMatchObject({ right: true, isolated: true, workers: Math.min(2, two.cores) - 1 });
    expect(two.description).toMatch(/WebAssembly, \d+ threads?$/);
    expect(await inPage(true, 1)).toMatchObject({ right: true, workers: 0 });
  });

  test("a page that is not isolated computes on one, and its runtime says why", async () => {
    const one = await inPage(false, 4);
    expect(one).toMatchObject({ right: true, isolated: false, workers: 0 });
    expect(one.description).toMatch(/WebAssembly, 1 thread: the page is not cross-origin isolated/);
  });
});
