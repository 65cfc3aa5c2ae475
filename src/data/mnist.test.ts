import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FileError } from "../base/errors.ts";
import { sha256, UnavailableError } from "./fetch.ts";
import { fashionMnist, type IdxSpec, mnist, openIdx } from "./mnist.ts";
import { openDataset } from "./open.ts";
import { defaultCacheDir, defaultDataDir, inspect } from "./sources.ts";

/** MNIST in small: 3 and 2 pictures, with hashes of their own. */
const raw = [pictures(3), labels(3), pictures(2), labels(2)];
const gz = raw.map((bytes) => new Uint8Array(gzipSync(bytes)));
const small: IdxSpec = {
  ...mnist,
  id: "small",
  title: "Small",
  train: 3,
  test: 2,
  addresses: [],
  files: mnist.files.map(({ name }, i) => ({
    name,
    gz: { bytes: gz[i].length, sha256: sha256(gz[i]) },
    contents: { bytes: raw[i].length, sha256: sha256(raw[i]) },
  })),
};

function pictures(count: number): Uint8Array {
  const data = Uint8Array.from({ length: count * 784 }, (_, i) => (i * 37) % 256);
  return Uint8Array.of(0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 28, 0, 0, 0, 28, ...data);
}
function labels(count: number): Uint8Array {
  return Uint8Array.of(0, 0, 8, 1, 0, 0, 0, count, ...Array.from({ length: count }, (_, i) => 9 - i));
}

let root = "";
let dataDir = "";
let cacheDir = "";
let server: Server;
let asked = 0;
let online: IdxSpec;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "helmholtz-mnist-"));
  server = createServer((request, response) => {
    asked++;
    const i = small.files.findIndex((f) => request.url === `/${f.name}.gz`);
    response.writeHead(i < 0 ? 404 : 200).end(i < 0 ? "" : gz[i]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  online = { ...small, addresses: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/`] };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  const place = mkdtempSync(join(root, "t-"));
  [dataDir, cacheDir] = [join(place, "data"), join(place, "cache")];
  mkdirSync(dataDir);
  asked = 0;
});

function put(folder: string, which: readonly Uint8Array[], ending: string): void {
  mkdirSync(folder, { recursive: true });
  small.files.forEach(({ name }, i) => void writeFileSync(join(folder, name + ending), which[i]));
}

async function checkSmall(spec: IdxSpec = small): Promise<void> {
  const { splits, picture } = await openIdx(spec, { dataDir, cacheDir, download: spec === online });
  expect([splits.train.count, splits.test.count, picture.height]).toEqual([3, 2, 28]);
  const image = new Float32Array(784);
  splits.train.read("image", [2], image);
  expect([...image]).toEqual([...raw[0].subarray(16 + 2 * 784)].map((byte) => Math.fround(byte / 255)));
  const label = new Float32Array(2);
  splits.test.read("label", [0, 1], label);
  expect([...label]).toEqual([9, 8]);
}

describe("files are found", () => {
  test.each<[string, () => void]>([
    ["compressed in the data set's folder", () => put(join(dataDir, "small"), gz, ".gz")],
    ["plain in the data set's folder", () => put(join(dataDir, "small"), raw, "")],
    ["compressed in the folder itself", () => put(dataDir, gz, ".gz")],
    ["plain in the folder itself", () => put(dataDir, raw, "")],
    ["in the cache", () => put(join(cacheDir, "small"), gz, ".gz")],
  ])("%s", async (_, lay) => {
    lay();
    await checkSmall();
  });

  test("on the net, once; then in the cache", async () => {
    await checkSmall(online);
    expect(asked).toBe(4);
    await checkSmall(online);
    expect(asked).toBe(4);
    await checkSmall();
  });
});

test("what is nowhere is unavailable, with the ways to get it", async () => {
  const open = openIdx(small, { dataDir, cacheDir, download: false });
  await expect(open).rejects.toThrow(UnavailableError);
  await expect(open).rejects.toThrow(/Small: expected the files train-images.*downloads are off; give the folder/);
  await expect(openIdx(small, { cacheDir })).rejects.toThrow(/no address to download from/);
});

test("a folder that does not exist is an error, not an absence", async () => {
  const open = openIdx(small, { dataDir: join(dataDir, "nowhere"), download: false });
  await expect(open).rejects.toThrow(/got no such folder; correct --data-dir or HELMHOLTZ_DATA/);
  await expect(open).rejects.not.toThrow(UnavailableError);
});

describe("a file that was found and is not the published one is an error, and the net is not asked", () => {
  const [i0, l0, i1, l1] = raw;
  const flip = (bytes: Uint8Array, at: number): Uint8Array => bytes.with(at, bytes[at] ^ 1);
  test.each<[string, readonly Uint8Array[], string, RegExp]>([
    [
      "changed .gz",
      [flip(gz[0], 40), gz[1], gz[2], gz[3]],
      ".gz",
      /train-images.*expected SHA-256 [0-9a-f]{64}, as pub/,
    ],
    ["cut .gz", [gz[0], gz[1].subarray(0, 9), gz[2], gz[3]], ".gz", /train-labels.*expected \d+ bytes, as pub.*got 9;/],
    ["a web page", [new TextEncoder().encode("<html>Error"), gz[1], gz[2], gz[3]], ".gz", /\(an HTML page/],
    ["changed pixel", [flip(i0, 900), l0, i1, l1], "", /train-images.*expected SHA-256/],
    ["cut plain file", [i0.subarray(0, 900), l0, i1, l1], "", /offset 900: expected 3 × 28 × 28 = 2352 bytes/],
    ["exchanged files", [l0, i0, i1, l1], "", /images and labels seem to be swapped; exchange the two files/],
    ["exchanged splits", [i1, l1, i0, l0], "", /offset 4: expected 3 pictures, got 2/],
    ["plain file named .gz", raw, ".gz", /as published, got 2368/],
  ])("%s", async (_, which, ending, message) => {
    put(dataDir, which, ending);
    const open = openIdx(online, { dataDir, cacheDir });
    await expect(open).rejects.toThrow(FileError);
    await expect(open).rejects.not.toThrow(UnavailableError);
    await expect(open).rejects.toThrow(message);
    expect(asked).toBe(0);
  });

  test("in the cache, the remedy is to remove it", async () => {
    put(join(cacheDir, "small"), [flip(gz[0], 40), gz[1], gz[2], gz[3]], ".gz");
    await expect(openIdx(online, { cacheDir })).rejects.toThrow(/remove the file, and it will be downloaded again/);
    expect(existsSync(join(cacheDir, "small", "train-images-idx3-ubyte.gz"))).toBe(true);
  });

  test("another data set's file is recognised", () => {
    put(dataDir, gz, ".gz");
    const found = { file: mnist.files[1], path: join(dataDir, `${small.files[1].name}.gz`), gz: true } as const;
    const { difference } = inspect({ ...found, origin: "folder" }, [mnist, fashionMnist, small]);
    expect(difference?.other).toBe(small);
    expect(difference?.got).toMatch(/\(train-labels-idx1-ubyte of Small\)/);
  });
});

test("the published table: four files each, sizes that fit the counts, no hash twice", () => {
  const hashes = [mnist, fashionMnist].flatMap((s) => s.files.flatMap((f) => [f.gz.sha256, f.contents.sha256]));
  expect(new Set(hashes).size).toBe(16);
  expect(hashes.every((h) => /^[0-9a-f]{64}$/.test(h))).toBe(true);
  for (const spec of [mnist, fashionMnist]) {
    expect(spec.files.map((f) => f.contents.bytes)).toEqual([47_040_016, 60_008, 7_840_016, 10_008]);
    expect(spec.addresses.every((a) => a.endsWith("/"))).toBe(true);
  }
});

test("the cache follows the customs of the system", () => {
  expect(defaultCacheDir({ XDG_CACHE_HOME: "/x" }, "linux")).toBe("/x/helmholtz");
  expect(defaultCacheDir({}, "linux")).toMatch(/\.cache.helmholtz$/);
  expect(defaultCacheDir({ LOCALAPPDATA: "/local" }, "win32")).toMatch(/local.helmholtz$/);
  expect(defaultDataDir({ HELMHOLTZ_DATA: "/d" })).toBe("/d");
  expect(defaultDataDir({ HELMHOLTZ_DATA: "" })).toBeUndefined();
});

/** Training and test counts of the classes 0…9, as published. */
const mnistCounts = [
  [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
  [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
];

test.skipIf(defaultDataDir() === undefined)("the real MNIST has the published counts of each digit", async () => {
  const { splits } = await openDataset("mnist", { dataDir: defaultDataDir(), download: false });
  [splits.train, splits.test].forEach((split, k) => {
    const all = Uint32Array.from({ length: split.count }, (_, i) => i);
    const out = new Float32Array(split.count);
    split.read("label", all, out);
    const counts = new Array(10).fill(0);
    for (const label of out) counts[label]++;
    expect(counts).toEqual(mnistCounts[k]);
  });
  let ink = 0;
  const thousand = new Float32Array(784 * 1000);
  for (let from = 0; from < 60_000; from += 1000) {
    const rows = Uint32Array.from({ length: 1000 }, (_, i) => from + i);
    splits.train.read("image", rows, thousand);
    for (const grey of thousand) ink += grey;
  }
  expect(ink / (784 * 60_000)).toBeCloseTo(0.1307, 4); // the mean that everyone quotes
});
