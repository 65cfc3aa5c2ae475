import { metricLabel, metricValue } from "../training/metric-text.ts";
import type { ExperimentResult, GroupResults, MeasuredRun } from "./results.ts";
import { tally } from "./verdicts.ts";

const titles: Readonly<Record<string, string>> = {
  concept: "Concept formation and dynamics of repeated inference",
  hvrnn: "Hierarchical variational recurrent network with top-down prediction",
  local: "Recurrent models with temporally local rules",
};

/** What a page of a group's results is called. */
export const groupTitle = (group: string): string => titles[group] ?? group;

/**
 * The page of a paper's results as Markdown: for every experiment the statements of the paper beside ours, figures, and how to repeat it.
 * It is a function of the results alone.
 */
export function resultsPage({ group, experiments }: GroupResults): string {
  const all = Object.values(experiments);
  const [first] = all;
  return `${[
    `# ${groupTitle(group)}`,
    `Written by \`npx helmholtz reproduce ${group}\` from [results/${group}.json](../../results/${group}.json); no number here is typed by hand.`,
    ...(first ? [`Paper: ${first.source.paper}.`] : []),
    ...substitutes(all.flatMap((e) => e.runs)),
    overview(all),
    ...all.map(section),
  ].join("\n\n")}\n`;
}

function overview(all: readonly ExperimentResult[]): string {
  const rows = all.map((e) => [`[${e.id}](#${anchor(e)})`, e.title, tally(e.findings), e.preset]);
  return table(["experiment", "what", "verdict", "preset"], rows);
}

function section(e: ExperimentResult): string {
  return [
    `## ${e.title}`,
    `\`${e.id}\`, ${e.source.part}. ${e.about}`,
    `Preset \`${e.preset}\`: ${e.note}`,
    ...substitutes(e.runs),
    table(
      ["what", "paper", "ours", "verdict"],
      e.findings.map((f) => [f.what, f.paper, f.ours, `**${f.verdict}**`]),
    ),
    ...e.figures.map((f) => `![${oneLine(f.alt)}](${f.file})\n\n*${oneLine(f.caption)}*`),
    `Repeat with \`${e.command}\` (measured in ${Math.round(e.seconds)} s, ${e.measured.slice(0, 10)}, commit \`${e.versions["commit"] ?? "-"}\`, ${e.machine["cpu"]}, ${e.machine["cores"]} cores). Runs:`,
    table(
      ["run", "data", "scores on the test set", "training", "commit"],
      e.runs.map((run) => [
        `\`${run.command}\``,
        run.data,
        scores(run),
        minutes(run.seconds),
        `\`${run.versions["commit"] ?? "-"}\``,
      ]),
    ),
  ].join("\n\n");
}

/** A sentence on data that were not at hand, if any were not. */
export function substitutes(runs: readonly MeasuredRun[]): string[] {
  const lost = runs.filter((run) => run.insteadOf !== undefined);
  if (lost.length === 0) return [];
  const pairs = new Set(lost.map((run) => `${run.data} in place of ${run.insteadOf}`));
  const some = lost.length < runs.length ? "Some runs" : "All runs";
  return [
    `${some} used generated data, since the real ones were not at hand: ${[...pairs].join(", ")}. Their numbers are not to be compared with the paper's.`,
  ];
}

/** "ELBO -98.63, reconstruction 72.64, kl 25.99": what a run scored on the test set. */
export function scores({ metrics }: MeasuredRun): string {
  return Object.entries(metrics["test"] ?? {})
    .filter(([name]) => name !== "count")
    .map(([name, v]) => `${metricLabel(name)} ${metricValue(name, v)}`)
    .join(", ");
}

/** "42 min" */
export const minutes = (seconds: number): string =>
  seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;

/** As code hosts make anchors of headings. */
function anchor({ title }: ExperimentResult): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((c) => oneLine(c).replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
