import { describe, expect, test } from "vitest";
import { sessionContract } from "../../src/runtime/session.contract.ts";
import { farFrom, type OpProgram } from "../op-programs.ts";
import type { Reached } from "./runtimes.ts";

/** Registers what every runtime owes: the session contract, and float64's values and gradients for every op. Out of reach, it is one skipped test. */
export function runtimeSuite(r: Reached, programs: readonly OpProgram[]): void {
  if ("missing" in r) {
    console.warn(`${r.name} is not tested: ${r.missing}`);
    test.skip(`${r.name} is not tested: ${r.missing}`, () => {});
    return;
  }
  sessionContract(r.name, r.runtime);
  describe(`${r.name}: values and gradients are those of float64`, () => {
    test.each(programs)("$name", async ({ program, feeds, exact }) => {
      const session = await r.runtime.open(program, { threads: 1 });
      const [got] = await session.run([feeds]);
      await session.dispose();
      expect(farFrom(exact, got)).toEqual([]);
    });
  });
}
