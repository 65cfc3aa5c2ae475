/** A page in headless Chromium, served from this machine, that holds the library's web entry. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { bundle } from "./bundle.ts";
import type { Answer, Call } from "./wire.ts";

/** Chromium to test with, if there is one: $CHROMIUM, or where Debian puts it. */
export const chromiumPath = [process.env["CHROMIUM"] ?? "/usr/bin/chromium"].find((path) => existsSync(path));

const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"];
const offline = [...quiet, "--disable-sync", "--no-sandbox"];
const software = [
  ...["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
  ...["--enable-features=Vulkan", "--use-vulkan=swiftshader", "--ignore-gpu-blocklist"],
];

/** The library in a browser. Pages are cross-origin isolated unless asked otherwise. */
export interface BrowserHost {
  open(options?: { readonly isolated?: boolean }): Promise<{ page: Page; send: (call: Call) => Promise<Answer> }>;
  close(): Promise<void>;
}

/** @throws if there is no Chromium: look at `chromiumPath` first */
export async function startBrowser(): Promise<BrowserHost> {
  const folder = await mkdtemp(join(tmpdir(), "helmholtz-page-"));
  await bundle("page", folder);
  const servers = await Promise.all([true, false].map((isolated) => serve(folder, isolated)));
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath,
    headless: true,
    args: [...offline, ...software],
  });
  return {
    async open({ isolated = true } = {}) {
      const page = await browser.newPage();
      const { port } = servers[isolated ? 0 : 1].address() as AddressInfo;
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.waitForFunction("globalThis.answer !== undefined");
      const send = (call: Call): Promise<Answer> =>
        page.evaluate((c) => (globalThis as unknown as { answer(c: Call): Promise<Answer> }).answer(c), call);
      return { page, send };
    },
    async close() {
      await browser.close();
      for (const server of servers) server.close();
      await rm(folder, { recursive: true });
    },
  };
}

const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".wasm": "application/wasm" };
const html =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';

function serve(folder: string, isolated: boolean): Promise<Server> {
  const headers = isolated
    ? { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }
    : {};
  const server = createServer(async ({ url = "/" }, response) => {
    try {
      const body = url === "/" ? html : await readFile(join(folder, normalize(url)));
      response.writeHead(200, { ...headers, "Content-Type": types[extname(url)] ?? "text/html" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
