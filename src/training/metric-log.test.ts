import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileError } from "../base/errors.ts";
import { type MetricRecord, openMetricLog, readMetricLog } from "./metric-log.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "helmholtz-log-"));
  path = join(folder, "metrics.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const record = (step: number): MetricRecord => ({
  split: "train",
  step,
  epoch: step / 8,
  metrics: { loss: 100 / step, kl: -0.1 },
  rate: 1e-3,
  seconds: 0.25,
});

/** Appends records to the log cut back to `length`, and tells its length. */
function append(length: number, ...steps: number[]): number {
  const log = openMetricLog(path, length);
  for (const step of steps) log.append(record(step));
  const end = log.flush();
  log.close();
  return end;
}

describe("a metric log", () => {
  test("gives back what was appended, one JSON object a line", () => {
    const end = append(0, 1, 2, 3);
    const text = readFileSync(path, "utf8");
    expect(
      text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    ).toEqual([1, 2, 3].map(record));
    expect(readMetricLog(path)).toEqual([1, 2, 3].map(record));
    expect(end).toBe(Buffer.byteLength(text));
  });

  test("is cut back to the length it is opened with, and goes on from there", () => {
    const end = append(0, 1, 2);
    append(end, 3, 4);
    append(end, 5);
    expect(readMetricLog(path)).toEqual([1, 2, 5].map(record));
    append(0);
    expect(readFileSync(path, "utf8")).toBe("");
  });

  test("that is shorter than the length it is opened with goes on at its end", () => {
    append(0, 1);
    append(10_000, 2);
    expect(readMetricLog(path)).toEqual([1, 2].map(record));
  });

  test("that is not there has no records", () => {
    expect(readMetricLog(path)).toEqual([]);
    expect(existsSync(path)).toBe(false);
  });

  test("cut off in its last line by a crash is read without it", () => {
    append(0, 1, 2);
    appendFileSync(path, '{"split":"tra');
    expect(readMetricLog(path)).toEqual([1, 2].map(record));
  });

  test("with a damaged line is a FileError that names the line", () => {
    append(0, 1);
    appendFileSync(path, "nonsense\n");
    expect(() => readMetricLog(path)).toThrow(FileError);
    expect(() => readMetricLog(path)).toThrow(`${path}, line 2: expected one JSON object, got "nonsense"`);
  });

  test("in a place that cannot be written is a FileError", () => {
    writeFileSync(join(folder, "file"), "");
    for (const place of [join(folder, "none", "m.jsonl"), join(folder, "file", "m.jsonl"), folder]) {
      expect(() => openMetricLog(place, 0)).toThrow(FileError);
      expect(() => openMetricLog(place, 0)).toThrow(`${place}: expected a place that can be written`);
    }
  });
});
