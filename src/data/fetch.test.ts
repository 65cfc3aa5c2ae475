import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Download, download, type Progress, sha256, UnavailableError } from "./fetch.ts";

const body = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31 + (i >> 8)) % 256);
const half = 100_000;
/** What was asked of the server since the test began: path and Range. */
let asked: string[] = [];
let server: Server;
let base = "";
let folder = "";

/** How the server behaves, by path. */
const manners: Record<string, (request: IncomingMessage, response: ServerResponse, time: number) => void> = {
  "/good": (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (from === 0) return void response.writeHead(200, { "content-length": body.length }).end(body);
    const range = `bytes ${from}-${body.length - 1}/${body.length}`;
    response.writeHead(206, { "content-range": range, "content-length": body.length - from }).end(body.subarray(from));
  },
  "/no-range": (_, response) => void response.writeHead(200).end(body),
  "/other-range": (_, response) => {
    response.writeHead(206, { "content-range": "bytes 0-9/200000" }).end(body.subarray(0, 10));
  },
  "/wrong": (_, response) => void response.writeHead(200).end(body.map((b) => 255 - b)),
  "/page": (_, response) => {
    const page = "<!doctype html><title>Sign in to this network</title>";
    response.writeHead(200, { "content-length": page.length }).end(page);
  },
  "/endless": (_, response) => void response.writeHead(200).end(new Uint8Array(300_000)),
  "/breaks": (_, response) => {
    response.writeHead(200, { "content-length": body.length });
    response.write(body.subarray(0, half), () => setTimeout(() => response.destroy(), 20));
  },
  // Breaks off in the middle the first time, and then goes on from there.
  "/breaks-once": (request, response, time) => manners[time === 0 ? "/breaks" : "/good"](request, response, time),
  "/busy-once": (request, response, time) => {
    if (time === 0) response.writeHead(503).end();
    else manners["/good"](request, response, time);
  },
  "/stalls": (_, response) => void response.writeHead(200).write(body.subarray(0, 1000)),
  "/silent": () => undefined,
};

beforeAll(async () => {
  const times = new Map<string, number>();
  server = createServer((request, response) => {
    const path = request.url ?? "";
    const time = asked.length === 0 ? 0 : (times.get(path) ?? 0);
    times.set(path, time + 1);
    asked.push(`${path} ${request.headers.range ?? "whole"}`);
    if (manners[path]) manners[path](request, response, time);
    else response.writeHead(404).end("no such file");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = mkdtempSync(join(tmpdir(), "helmholtz-fetch-"));
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  asked = [];
});

let files = 0;
/** A download of `body` from these paths of the server, into a new file. */
function from(...paths: string[]): Download {
  return {
    addresses: paths.map((p) => base + p),
    path: join(folder, `cache/file-${files++}.gz`),
    bytes: body.length,
    sha256: sha256(body),
    patience: { stall: 150, pause: 5 },
  };
}

/** The error of a download that must fail; neither the file nor a bad part may stay. */
async function failure(what: Download): Promise<Error> {
  const error = await download(what).then(
    () => undefined,
    (e: Error) => e,
  );
  expect(error).toBeInstanceOf(UnavailableError);
  expect(existsSync(what.path)).toBe(false);
  return error!;
}

test("a file comes whole, with its progress told, and leaves no part behind", async () => {
  const told: Progress[] = [];
  const what = { ...from("/good"), progress: (p: Progress) => told.push(p) };
  await download(what);
  expect(readFileSync(what.path).equals(body)).toBe(true);
  expect(existsSync(`${what.path}.part`)).toBe(false);
  expect(told.at(-1)).toEqual({ file: what.path.split("/").at(-1), received: body.length, total: body.length });
  expect(told.every((p, i) => i === 0 || p.received > told[i - 1].received)).toBe(true);
});

/** As `from`, with a part that an earlier try left. */
async function resumed(part: Uint8Array, ...paths: string[]): Promise<Download> {
  const what = from(...paths);
  await download({ ...what, addresses: [`${base}/good`] }); // makes the folder
  rmSync(what.path);
  writeFileSync(`${what.path}.part`, part);
  asked = [];
  return what;
}

test("a part is continued, not fetched again", async () => {
  const what = await resumed(body.subarray(0, half), "/good");
  await download(what);
  expect(asked).toEqual([`/good bytes=${half}-`]);
  expect(readFileSync(what.path).equals(body)).toBe(true);
});

test("a server that ignores Range sends the file from its start, and it comes out right", async () => {
  const what = await resumed(body.subarray(0, half), "/no-range");
  await download(what);
  expect(asked).toEqual([`/no-range bytes=${half}-`]);
  expect(readFileSync(what.path).equals(body)).toBe(true);
});

test("a whole part needs no request", async () => {
  const what = await resumed(body, "/good");
  await download(what);
  expect(asked).toEqual([]);
});

test.each([
  ["of other bytes", new Uint8Array(half)],
  ["longer than the file", new Uint8Array(body.length + 1)],
  ["as long as the file, of other bytes", new Uint8Array(body.length)],
])("a part %s does not stop the download", async (_, part) => {
  const what = await resumed(part, "/good", "/good");
  await download(what);
  expect(readFileSync(what.path).equals(body)).toBe(true);
});

test("a server that answers with another range is not believed", async () => {
  const what = await resumed(body.subarray(0, half), "/other-range");
  expect((await failure(what)).message).toMatch(/another part of the file than asked for/);
});

test("a connection that breaks is taken up where it broke", async () => {
  const what = from("/breaks-once");
  await download(what);
  expect(asked).toEqual(["/breaks-once whole", `/breaks-once bytes=${half}-`]);
  expect(readFileSync(what.path).equals(body)).toBe(true);
});

test("a server that is busy is asked again", async () => {
  await download(from("/busy-once"));
  expect(asked).toEqual(["/busy-once whole", "/busy-once whole"]);
});

test("after one address fails, the next is asked", async () => {
  const what = from("/missing", "/wrong", "/good");
  await download(what);
  expect(asked).toEqual(["/missing whole", "/wrong whole", "/good whole"]);
  expect(readFileSync(what.path).equals(body)).toBe(true);
});

test.each<[string, string, number, RegExp]>([
  ["404", "/missing", 1, /\/missing: the server answered 404 Not Found/],
  ["other bytes", "/wrong", 1, /the file has SHA-256 [0-9a-f]{64} instead of [0-9a-f]{64}/],
  ["a login page", "/page", 1, /only 53 of 200000 bytes; it is an HTML page \(a login/],
  ["too many bytes", "/endless", 1, /the server sent more than 200000 bytes/],
  ["nothing after a while", "/stalls", 3, /nothing came for 0.15 s/],
  ["nothing at all", "/silent", 3, /nothing came for 0.15 s/],
])("%s is a failure, told with its address, after the due number of tries", async (_, path, tries, message) => {
  const error = await failure(from(path));
  expect(error.message).toMatch(message);
  expect(error.message).toMatch(/--data-dir or HELMHOLTZ_DATA, or use --data glyphs/);
  expect(asked).toHaveLength(tries);
});

test("a body that breaks each time is given up, and its part kept for the next run", async () => {
  const what = { ...from("/breaks"), patience: { stall: 150, pause: 5, retries: 0 } };
  await failure(what);
  expect(readFileSync(`${what.path}.part`)).toHaveLength(half);
});

test("no server, and a folder that cannot be made, are told apart", async () => {
  const nowhere = { ...from(), addresses: ["http://127.0.0.1:9/f"], patience: { pause: 1, retries: 0 } };
  expect((await failure(nowhere)).message).toMatch(/127\.0\.0\.1:9\/f: /);
  writeFileSync(join(folder, "a-file"), "");
  const inside = { ...from("/good"), path: join(folder, "a-file", "x.gz") };
  await expect(download(inside)).rejects.toThrow(UnavailableError);
  await expect(download(inside)).rejects.toThrow(/a place that can be written, got (ENOTDIR|EEXIST)/);
});
