import { Argument, Command } from "commander";
import { datasetIds, describeDatasets, experiments, probes, recipes } from "../../../src/node.ts";
import { withJson } from "../options.ts";
import { emit, table } from "../output.ts";

/** What can be listed: as JSON, and as text. */
const listings = {
  recipes: {
    values: () =>
      recipes.map(({ id, title, source, about, presets, unstated }) => ({
        id,
        title,
        source,
        about,
        presets: notesOf(presets),
        unstated,
      })),
    text: () =>
      [
        "Recipes (helmholtz train <recipe> --preset <preset>)",
        ...recipes.map(({ id, title, source, presets }) => entry(id, title, sourceOf(source), presetLines(presets))),
      ].join("\n"),
  },
  experiments: {
    values: () =>
      experiments.map(({ id, title, source, about, presets }) => ({
        id,
        title,
        source,
        about,
        presets: notesOf(presets),
      })),
    text: () =>
      [
        "Experiments (helmholtz reproduce <experiment> --preset <preset>)",
        ...experiments.map(({ id, title, source, presets }) =>
          entry(id, title, sourceOf(source), presetLines(presets)),
        ),
      ].join("\n"),
  },
  probes: {
    values: () =>
      probes.map(({ id, title, source, about, needs, options }) => ({
        id,
        title,
        source,
        about,
        needs,
        options: options.parse({}) as object,
      })),
    text: () =>
      [
        "Probes (helmholtz probe <run> <probe>)",
        ...probes.map(({ id, title, source, needs }) => entry(id, title, source, [`needs: ${needs.join(", ")}`])),
      ].join("\n"),
  },
  datasets: {
    values: () =>
      describeDatasets().map(({ id, title, train, test, generated }) => ({ id, title, train, test, generated })),
    text: () => {
      const rows = describeDatasets().map((d) => [`  ${d.id}`, d.title, `${d.train} + ${d.test}`, d.state]);
      return [
        "Data sets (helmholtz data --help)",
        table([["  id", "title", "train + test", "here"], ...rows]),
        `  ids: ${datasetIds.join(", ")}`,
      ].join("\n");
    },
  },
} as const;

type What = keyof typeof listings;

export function listCommand(): Command {
  return withJson(
    new Command("list")
      .description("List what can be trained, reproduced and asked, and on what data.")
      .addArgument(new Argument("[what]", "only one kind").choices(Object.keys(listings)))
      .addHelpText(
        "after",
        `
A recipe is what is trained; an experiment is a table or figure of a paper, made from trained runs; a probe is a question to one run.

Examples:
  helmholtz list
  helmholtz list experiments
  helmholtz list recipes --json`,
      ),
  ).action((what: What | undefined, { json = false }: { json?: boolean }) => {
    const shown = what ? [what] : (Object.keys(listings) as What[]);
    emit(json, Object.fromEntries(shown.map((kind) => [kind, listings[kind].values()])), () =>
      shown.map((kind) => listings[kind].text()).join("\n\n"),
    );
  });
}

type Presets = Readonly<Record<string, { readonly note: string }>>;

const notesOf = (presets: Presets): Record<string, string> =>
  Object.fromEntries(Object.entries(presets).map(([name, p]) => [name, p.note]));

const presetLines = (presets: Presets): string[] =>
  Object.entries(presets).map(([name, p]) => `${name.padEnd(6)} ${p.note}`);

const sourceOf = ({ paper, part }: { readonly paper: string; readonly part: string }): string => `${paper}, ${part}`;

function entry(id: string, title: string, source: string, details: readonly string[]): string {
  return [`  ${id}  ${title}`, ...[source, ...details].map((line) => `    ${line}`)].join("\n");
}
