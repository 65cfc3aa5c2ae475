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
  const filled = Math.round(part * 20);
  const bar = "█".repeat(filled) + "░".repeat(20 - filled);
  const terms = Object.entries(e.metrics).map(([name, v]) => `${name} ${v.toFixed(Math.abs(v) < 10 ? 3 : 1)}`);
  return `${bar} ${Math.floor(part * 100)} %  epoch ${e.epoch.toFixed(1)}  ${terms.join("  ")}  ${e.stepsPerSecond.toFixed(0)} steps/s  ${duration(e.secondsLeft)} left`;
}
