import { metricText, type TrainingEvent } from "../../src/node.ts";
import { duration } from "./output.ts";

/** Shows how a training goes: one line that is rewritten on a terminal, one line an evaluation elsewhere. */
export interface Progress {
  show(event: TrainingEvent): void;
  /** Leaves the line as it is and goes on below. */
  end(): void;
}

/** @param out usually standard error, so that results on standard output stay clean */
export function trainingProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  let drawn = 0;
  let open = false;
  const clear = "\r\x1b[2K";
  const line = (text: string): void => {
    const width = (out.columns || 100) - 1;
    out.write(`${clear}${text.length > width ? `${text.slice(0, width - 1)}…` : text}`);
    open = true;
  };
  return {
    show(event) {
      if (event.kind === "progress" && out.isTTY && performance.now() - drawn > 100) {
        drawn = performance.now();
        line(progressText(event));
      }
      if (event.kind === "metrics" && event.record.split !== "train") {
        const { split, epoch, metrics } = event.record;
        out.write(`${out.isTTY ? clear : ""}epoch ${epoch}  ${split} ${metricText(metrics)}\n`);
        open = false;
      }
    },
    end() {
      if (open) out.write("\n");
      open = false;
    },
  };
}

function progressText(e: Extract<TrainingEvent, { kind: "progress" }>): string {
  const part = e.step / e.steps;
  const terms = Object.entries(e.metrics).map(([name, v]) => `${name} ${v.toFixed(Math.abs(v) < 10 ? 3 : 1)}`);
  return `${bar(part)} ${Math.floor(part * 100)} %  epoch ${e.epoch.toFixed(1)}  ${terms.join("  ")}  ${e.stepsPerSecond.toFixed(0)} steps/s  ${duration(e.secondsLeft)} left`;
}

/** A line that says which part of some work is done, on a terminal only. */
export function workProgress(
  what: string,
  out: NodeJS.WriteStream = process.stderr,
): { readonly part: (part: number) => void; readonly end: () => void } {
  const began = performance.now();
  let drawn = 0;
  let open = false;
  return {
    part(part) {
      if (!out.isTTY || performance.now() - drawn < 100) return;
      drawn = performance.now();
      const seconds = (drawn - began) / 1000;
      out.write(
        `\r\x1b[2K${bar(part)} ${Math.floor(100 * part)} %  ${what}  ${duration(seconds / part - seconds)} left`,
      );
      open = true;
    },
    end() {
      if (open) out.write("\r\x1b[2K");
      open = false;
    },
  };
}

function bar(part: number): string {
  const filled = Math.round(Math.min(1, part) * 20);
  return "█".repeat(filled) + "░".repeat(20 - filled);
}
