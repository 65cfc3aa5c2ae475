import type { Mark } from "../figures/page.ts";
import type { Finding } from "./experiment.ts";

/** A verdict in plain words, and the mark of a page for it. */
export const verdicts: Readonly<Record<Finding["verdict"], { readonly words: string; readonly mark: Mark }>> = {
  shown: { words: "the paper's effect appears", mark: "yes" },
  partly: { words: "the paper's effect appears in part", mark: "partly" },
  "not shown": { words: "the paper's effect does not appear", mark: "no" },
  measured: { words: "measured, not judged", mark: "none" },
};

/** "shown 2, measured 4": how often each verdict was given, the best first. */
export function tally(findings: readonly Finding[]): string {
  return Object.keys(verdicts)
    .map((verdict) => [verdict, findings.filter((f) => f.verdict === verdict).length] as const)
    .filter(([, n]) => n > 0)
    .map(([verdict, n]) => (findings.length === 1 ? verdict : `${verdict} ${n}`))
    .join(", ");
}
