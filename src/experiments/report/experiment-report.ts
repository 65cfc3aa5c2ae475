import { join } from "node:path";
import { FileError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import { page, type Section } from "../../figures/page.ts";
import { readFigureFile } from "../figure-file.ts";
import type { ResultFolders } from "../reproduce.ts";
import { type ExperimentResult, type GroupResults, readResults } from "../results.ts";
import { groupTitle, minutes, scores, substitutes } from "../results-page.ts";
import { tally, verdicts } from "../verdicts.ts";
import { capital } from "./part.ts";

/**
 * The results of an experiment, or of all of a group, as one page that needs nothing beside it: what the paper says and what came out
 * here, figures, and how to repeat it.
 * @param name "concept" or "concept/trajectory"
 * @returns the page's path
 * @throws FileError if there are no results, or a figure is lost
 */
export function experimentReport(name: string, folders: ResultFolders, out = defaultPath(name)): string {
  const [group] = name.split("/");
  const results = readResults(folders.results, group);
  const chosen = Object.values(results.experiments).filter(({ id }) => id === name || group === name);
  if (chosen.length === 0) {
    throw new FileError({
      where: join(folders.results, `${group}.json`),
      expected: `results of ${name}`,
      got: Object.keys(results.experiments).join(", ") || "none",
      fix: `make them with \`helmholtz reproduce ${name}\``,
    });
  }
  writeFileAtomic(out, experimentPage(chosen, group, folders.pages));
  return out;
}

const defaultPath = (name: string): string => join("reports", `${name.replace("/", "-")}.html`);

function experimentPage(all: readonly ExperimentResult[], group: GroupResults["group"], pages: string): string {
  const [only] = all;
  const alone = all.length === 1;
  const contents: Section = {
    kind: "contents",
    entries: all.map((e) => ({ heading: e.title, about: `${e.source.part}: ${tally(e.findings)} (${e.preset})` })),
  };
  return page({
    title: alone ? only.title : groupTitle(group),
    subtitle: alone ? `${only.source.paper}, ${only.source.part}` : only.source.paper,
    sections: [...(alone ? [] : [contents]), ...all.flatMap((e) => experimentSections(e, pages, alone))],
  });
}

function experimentSections(e: ExperimentResult, pages: string, alone: boolean): Section[] {
  const { id, title, about, preset, note, findings, figures, command, runs, machine, versions } = e;
  const fix = `repeat \`helmholtz reproduce ${id}\`, or say with --pages where figures lie`;
  const paragraphs = [
    alone ? about : `${capital(e.source.part)}. ${about}`,
    `Preset ${preset}: ${note}`,
    ...substitutes(runs),
  ];
  const spent = `measured in ${minutes(e.seconds)} on ${e.measured.slice(0, 10)}, ${machine["cpu"]}, ${machine["cores"]} cores, commit ${versions["commit"] ?? "unknown"}`;
  return [
    { kind: "text", ...(!alone && { heading: title }), paragraphs },
    {
      kind: "comparisons",
      comparisons: findings.map(({ what, paper, ours, verdict }) => ({
        what: capital(what),
        mark: verdicts[verdict].mark,
        verdict: verdicts[verdict].words,
        sides: [
          ["Paper", paper],
          ["Here", ours],
        ],
      })),
    },
    ...figures.map(({ file, alt, caption }): Section => {
      return { kind: "figure", image: readFigureFile(join(pages, file), fix), alt, caption };
    }),
    { kind: "code", code: command, caption: `Repeats the experiment; ${spent}.` },
    {
      kind: "table",
      caption: "Runs that were looked at.",
      columns: ["Recipe", "Preset", "Seed", "Settings", "Data", "Test set", "Training"],
      rows: runs.map((r) => [
        ...[r.recipe, r.preset, r.seed, r.set.join(", ") || "–", r.data, scores(r), minutes(r.seconds)],
      ]),
    },
    { kind: "code", code: runs.map((r) => r.command).join("\n"), caption: "Trains them." },
  ];
}
