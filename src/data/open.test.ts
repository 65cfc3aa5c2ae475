import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FileError, UsageError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { type Dataset, fieldOf } from "./dataset.ts";
import { UnavailableError } from "./fetch.ts";
import { datasetIds, describeDatasets, openDataset, verifyDataset } from "./open.ts";

let empty = "";
let damaged = "";
const name = "t10k-labels-idx1-ubyte.gz";

beforeAll(() => {
  const root = mkdtempSync(join(tmpdir(), "helmholtz-open-"));
  [empty, damaged] = [join(root, "empty"), join(root, "damaged")];
  mkdirSync(empty);
  mkdirSync(join(damaged, "mnist"), { recursive: true });
  for (const file of ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", name]) {
    writeFileSync(join(damaged, "mnist", file), new Uint8Array(4542));
  }
});
afterAll(() => rmSync(join(empty, ".."), { recursive: true, force: true }));

const offline = (): { dataDir: string; cacheDir: string; download: false } => ({
  dataDir: empty,
  cacheDir: empty,
  download: false,
});

test("glyphs need nothing", async () => {
  const data = await openDataset("glyphs", offline());
  expect([data.id, data.generated, data.splits.train.count]).toEqual(["glyphs", true, 20_000]);
});

test("an unknown name is refused with the nearest one", async () => {
  await expect(openDataset("fashion-mnits")).rejects.toThrow(UsageError);
  await expect(openDataset("fashion-mnits")).rejects.toThrow(/did you mean "fashion-mnist"/);
  expect(() => verifyDataset("imagenet")).toThrow(/expected one of mnist, fashion-mnist, glyphs/);
});

test("without fallback, data that cannot be had are an error", async () => {
  await expect(openDataset("mnist", offline())).rejects.toThrow(UnavailableError);
});

test("with fallback, glyphs take the place of data that cannot be had, and this is said", async () => {
  const said: string[] = [];
  const data = await openDataset("mnist", { ...offline(), fallback: true, notice: (s) => said.push(s) });
  expect(data.id).toBe("glyphs");
  expect(data.provenance).toMatch(/stand in for MNIST/);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(
    /^MNIST could not be had .* generated glyphs take its place: .* --data-dir or HELMHOLTZ_DATA\.$/,
  );
});

test("with fallback, a file that was found damaged is still an error", async () => {
  const said: string[] = [];
  const options = { ...offline(), dataDir: damaged, fallback: true, notice: (s: string) => said.push(s) };
  await expect(openDataset("mnist", options)).rejects.toThrow(FileError);
  await expect(openDataset("mnist", options)).rejects.not.toThrow(UnavailableError);
  expect(said).toEqual([]);
});

test("the list tells of each data set what lies on disk", () => {
  const list = describeDatasets({ ...offline(), dataDir: damaged });
  expect(list.map((d) => d.id)).toEqual([...datasetIds]);
  const files = ["found", "not found", "built in"];
  const sequences = ["built in", "built in", "found", "built in", "found", "built in"]; // moving digits need MNIST's files
  expect(list.map((d) => d.state)).toEqual([...files, ...sequences]);
  expect(list.slice(0, 3).map((d) => [d.train, d.test])).toEqual([
    [60_000, 10_000],
    [60_000, 10_000],
    [20_000, 4_000],
  ]);
  expect(list.filter((d) => d.bytes > 0).map((d) => d.id)).toEqual([
    ...["mnist", "fashion-mnist", "moving-digit", "moving-mnist"],
  ]);
  expect(list[0].bytes).toBe(9912422 + 28881 + 1648877 + 4542);
  expect(list[0].paths).toHaveLength(4);
  rmSync(join(damaged, "mnist", "train-labels-idx1-ubyte.gz"));
  expect(describeDatasets({ ...offline(), dataDir: damaged })[0].state).toBe("partly");
});

test("verifying tells of each file whether it is the published one", () => {
  const checks = verifyDataset("mnist", { ...offline(), dataDir: damaged });
  expect(checks.map((c) => c.state)).toEqual(["wrong size", "missing", "wrong size", "wrong hash"]);
  expect(checks[3].expected).toMatch(/^SHA-256 f7ae60f9/);
  expect(checks[3].path).toBe(join(damaged, "mnist", name));
  expect(checks[1].path).toBeUndefined();
  expect(verifyDataset("glyphs")).toEqual([]);
});

test.each(datasetIds.slice(2).filter((id) => !["moving-digit", "moving-mnist"].includes(id)))(
  "%s needs nothing, and is what the list says",
  async (id) => {
    const data = await openDataset(id, offline());
    const said = describeDatasets(offline()).find((d) => d.id === id)!;
    const { title, generated, splits } = data;
    expect([data.id, title, generated, splits.train.count, splits.test.count]).toEqual([
      ...[id, said.title, said.generated, said.train, said.test],
    ]);
    expect(verifyDataset(id, offline())).toEqual([]);
  },
);

test.each(["moving-digit", "moving-mnist"])(
  "%s without MNIST is refused, or drawn from glyphs under a name of its own",
  async (id) => {
    await expect(openDataset(id, offline())).rejects.toThrow(UnavailableError);
    const said: string[] = [];
    const data = await openDataset(id, { ...offline(), fallback: true, notice: (s) => said.push(s) });
    expect(data.id).toBe(`${id}-glyphs`);
    expect(data.title).toMatch(/\(Glyphs\)$/);
    expect(data.provenance).toMatch(/stand in for MNIST/);
    expect(said).toHaveLength(1);
    expect(verifyDataset(id, offline()).map((c) => c.state)).toEqual(["missing", "missing", "missing", "missing"]);
  },
);

test.each([
  ["lti-ppc", "spikes"],
  ["bouncing-balls", "frames"],
  ["moving-mnist-glyphs", "frames"],
])("%s is as long and has as many sequences as is asked for", async (id, field) => {
  const data = await openDataset(id, { ...offline(), length: 7, train: 12 });
  expect(data.splits.train.count).toBe(12);
  expect(data.fields.find((f) => f.name === field)?.shape[0]).toMatchObject({ name: "time", size: 7 });
});

test.each([
  ["lti-ppc", "spikes"],
  ["bouncing-balls", "position"],
  ["moving-digit-glyphs", "x"],
  ["moving-mnist-glyphs", "x"],
])("a training seed gives %s other sequences to train on, and leaves those to test", async (id, field) => {
  const open = (options: { seed: number; trainSeed?: number }) => openDataset(id, { length: 5, ...options });
  const read = (data: Dataset, split: "train" | "test"): number[] => {
    const out = new Float32Array(sizeOf(fieldOf(data, field).shape));
    data.splits[split].read(field, [3], out);
    return [...out];
  };
  const [plain, other, both] = [
    await open({ seed: 1 }),
    await open({ seed: 1, trainSeed: 2 }),
    await open({ seed: 2 }),
  ];
  expect(read(other, "test")).toEqual(read(plain, "test"));
  expect(read(other, "train")).toEqual(read(both, "train"));
  expect(read(other, "train")).not.toEqual(read(plain, "train"));
  expect(read(both, "test")).not.toEqual(read(plain, "test"));
  expect([plain.provenance, other.provenance].map((p) => /seed 1( \(training sequences: 2\))?/.exec(p)![0])).toEqual([
    "seed 1",
    "seed 1 (training sequences: 2)",
  ]);
});
