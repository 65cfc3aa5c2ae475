import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { FileError } from "../base/errors.ts";
import { unwritable } from "../base/files.ts";

/** One line of metrics.jsonl: what was measured at a step, as numbers by name. */
export interface MetricRecord {
  /** "train" during an epoch, or the name of the split that was evaluated. */
  readonly split: string;
  /** Training steps done. */
  readonly step: number;
  /** Passes over the training data done; may be a fraction. */
  readonly epoch: number;
  /** Nats per example unless the name says otherwise. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly rate?: number;
  /** Seconds of training so far, over all continuations. The only part that differs between equal runs. */
  readonly seconds?: number;
}

/** An append-only log of metrics, one JSON object a line. */
export interface MetricLog {
  append(record: MetricRecord): void;
  /** Flushes, and tells the log's length in bytes, to which a resumed run cuts it back. */
  flush(): number;
  close(): void;
}

/** Opens the log at `path`, cut back to `length` bytes: what was written after the last checkpoint will be written again. */
export function openMetricLog(path: string, length: number): MetricLog {
  try {
    const fd = openSync(path, existsSync(path) ? "r+" : "w+");
    let end = Math.min(length, statSync(path).size);
    ftruncateSync(fd, end);
    return {
      append(record) {
        const line = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
        try {
          for (let done = 0; done < line.length; ) done += writeSync(fd, line, done, line.length - done, end + done);
          end += line.length;
        } catch (cause) {
          throw unwritable(path, cause);
        }
      },
      flush() {
        try {
          fsyncSync(fd);
        } catch (cause) {
          throw unwritable(path, cause);
        }
        return end;
      },
      close: () => closeSync(fd),
    };
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** All records of a log. A last line that was cut off by a crash is left out. @throws FileError if a whole line is no record */
export function readMetricLog(path: string): MetricRecord[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as MetricRecord;
    } catch {
      throw new FileError({
        where: `${path}, line ${i + 1}`,
        expected: "one JSON object",
        got: JSON.stringify(line.slice(0, 40)),
        fix: "delete the damaged line",
      });
    }
  });
}
