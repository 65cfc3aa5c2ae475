import type { Reporter, TestModule } from "vitest/node";

/** Ends a run with one plain line, "N passed, N failed, N skipped", for people and continuous integration alike. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) counts[test.result().state]++;
      if (module.state() === "failed" && module.children.size === 0) counts.failed++; // a file that could not load
    }
    console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped + counts.pending} skipped`);
  }
}
