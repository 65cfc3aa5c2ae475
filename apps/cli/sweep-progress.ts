import { metricText, type SweepState, type SweptRun, type TrainingEvent } from "../../src/node.ts";
import { duration } from "./output.ts";

/** Shows how many trainings go: one line that is rewritten on a terminal, one line a finished run elsewhere. */
export class SweepProgress {
  readonly #out: NodeJS.WriteStream;
  readonly #began = performance.now();
  #state: SweepState = { total: 0, done: 0, failed: 0, running: [] };
  #before: number | undefined;
  /** Of the runs that train: which part is done, and seconds left. */
  readonly #parts = new Map<string, { part: number; left: number }>();
  #drawn = 0;
  #open = false;

  /** @param out usually standard error, so that results on standard output stay clean */
  constructor(out: NodeJS.WriteStream = process.stderr) {
    this.#out = out;
  }

  state(state: SweepState): void {
    this.#before ??= state.done;
    this.#state = state;
    for (const folder of this.#parts.keys()) if (!state.running.includes(folder)) this.#parts.delete(folder);
    this.#draw(true);
  }

  event(folder: string, event: TrainingEvent): void {
    if (event.kind !== "progress") return;
    this.#parts.set(folder, { part: event.step / event.steps, left: event.secondsLeft });
    this.#draw(false);
  }

  /** A run has ended: it gets a line of its own. */
  ended({ folder, record, error }: Omit<SweptRun, "wanted" | "found">): void {
    const scores = Object.entries(record.metrics ?? {}).map(([split, m]) => `${split} ${metricText(m)}`);
    this.#clear();
    const outcome = error ? `failed: ${error.message}` : `${record.status}, ${scores.join(", ")}`;
    this.#out.write(`${folder}: ${outcome}\n`);
  }

  end(): void {
    if (this.#open) this.#out.write("\n");
    this.#open = false;
  }

  #clear(): void {
    if (this.#open) this.#out.write("\r\x1b[2K");
    this.#open = false;
  }

  #draw(now: boolean): void {
    if (!this.#out.isTTY || (!now && performance.now() - this.#drawn < 200)) return;
    this.#drawn = performance.now();
    const { total, done, failed, running } = this.#state;
    const parts = [...this.#parts].map(([folder, { part }]) => `${folder} ${Math.floor(100 * part)} %`);
    const left = this.#secondsLeft();
    const text = [
      `${done} of ${total} runs done`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(parts.length > 0 ? parts : running),
      ...(Number.isFinite(left) ? [`${duration(left)} left`] : []),
    ].join("  ");
    const width = (this.#out.columns || 100) - 1;
    this.#clear();
    this.#out.write(text.length > width ? `${text.slice(0, width - 1)}…` : text);
    this.#open = true;
  }

  /** From what was done so far: whole runs and parts of runs, each counted as one of equal length. */
  #secondsLeft(): number {
    const { total, done, failed } = this.#state;
    const parts = [...this.#parts.values()].reduce((sum, { part }) => sum + part, 0);
    const came = done + failed - (this.#before ?? 0) + parts;
    const seconds = (performance.now() - this.#began) / 1000;
    const longest = Math.max(0, ...[...this.#parts.values()].map(({ left }) => left));
    if (came <= 0) return Number.NaN;
    return Math.max(longest, (seconds / came) * (total - done - failed - parts));
  }
}
