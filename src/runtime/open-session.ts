import { internal } from "../base/errors.ts";
import type { Compiled } from "../graph/compile.ts";
import { checkFeeds, checkState } from "./feeds.ts";
import { keptPlaces } from "./places.ts";
import type { Feeds, Fetches, Session, State } from "./session.ts";

/** A program's graphs, loaded, and the memory its variables live in. It trusts what it is given. */
export interface Engine {
  /** Runs the first of the given steps, as many as one call can do (at least one), and gives their results. */
  some(steps: readonly Feeds[]): Promise<Fetches[]>;
  /** See `Session.places`; where it is absent, the session keeps arrays itself. */
  places?(runs: number): readonly Feeds[];
  read(): Promise<State>;
  write(values: State): Promise<void>;
  release(): Promise<void>;
}

/** The session that every runtime gives: it refuses what does not fit before anything is run, and leaves the rest to the engine. */
export function sessionOf(program: Compiled, engine: Engine): Session {
  let disposed = false;
  const kept = keptPlaces(program);
  const refuseDisposed = (): void => {
    if (disposed) internal(`session of ${program.name} was disposed`);
  };
  return {
    program,
    async run(steps) {
      refuseDisposed();
      for (const feeds of steps) checkFeeds(program, feeds);
      const results: Fetches[] = [];
      while (results.length < steps.length) results.push(...(await engine.some(steps.slice(results.length))));
      return results;
    },
    places: (runs) => engine.places?.(runs) ?? kept(runs),
    async read() {
      refuseDisposed();
      return engine.read();
    },
    async write(values) {
      refuseDisposed();
      checkState(program, values);
      await engine.write(values);
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      await engine.release();
    },
  };
}
