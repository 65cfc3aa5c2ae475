import { Argument, Command } from "commander";
import { datasetIds, describeDatasets, recipes } from "../../../src/node.ts";
import { withJson } from "../options.ts";
import { emit, table } from "../output.ts";

export function listCommand(): Command {
  return withJson(
    new Command("list")
      .description("List what can be trained, and on what.")
      .addArgument(new Argument("[what]", "only one kind").choices(["recipes", "datasets"]))
      .addHelpText("after", "\nExamples:\n  helmholtz list\n  helmholtz list recipes --json"),
  ).action((what: string | undefined, { json = false }: { json?: boolean }) => {
    const listing = {
      recipes: recipes.map(({ id, title, source, about, presets, unstated }) => ({
        id,
        title,
        source,
        about,
        presets: Object.fromEntries(Object.entries(presets).map(([name, p]) => [name, p.note])),
        unstated,
      })),
      datasets: describeDatasets().map(({ id, title, train, test, generated }) => ({
        id,
        title,
        train,
        test,
        generated,
      })),
    };
    const shown = what ? { [what]: listing[what as keyof typeof listing] } : listing;
    emit(json, shown, () =>
      Object.keys(shown)
        .map((k) => (k === "datasets" ? datasetText() : experimentText()))
        .join("\n\n"),
    );
  });

  function experimentText(): string {
    return [
      "Recipes (helmholtz train <recipe> --preset <preset>)",
      ...recipes.map((e) =>
        [
          `  ${e.id}  ${e.title}`,
          `    ${e.source.paper}, ${e.source.part}`,
          ...Object.entries(e.presets).map(([name, p]) => `    ${name.padEnd(6)} ${p.note}`),
        ].join("\n"),
      ),
    ].join("\n");
  }

  function datasetText(): string {
    const rows = describeDatasets().map((d) => [`  ${d.id}`, d.title, `${d.train} + ${d.test}`, d.state]);
    return [
      "Data sets (helmholtz data --help)",
      table([["  id", "title", "train + test", "here"], ...rows]),
      `  ids: ${datasetIds.join(", ")}`,
    ].join("\n");
  }
}
