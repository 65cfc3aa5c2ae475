import { findPreset } from "../../recipes/index.ts";
import { trainCommandOf } from "../../recipes/run-store.ts";
import { settingsBetween } from "../../recipes/settings.ts";
import { metricLabel, metricUnit, metricValue } from "../../training/metric-text.ts";
import type { RunRecord } from "../../training/run-folder.ts";
import { minutes } from "../results-page.ts";
import { capital, grouped, type ReportPart } from "./part.ts";

/** What the run is about, and on what data. */
export const introduction: ReportPart = {
  needs: [],
  async draw({ run: { record, recipe, config } }) {
    const fallback = record.data.generated && config.data.id !== record.data.id;
    const notice = fallback ? "Generated digits took the place of MNIST, which was not at hand. " : "";
    const data = `${notice}Data: ${record.data.title}. ${record.data.provenance}`;
    return { sections: [{ kind: "text", paragraphs: [recipe.about, data] }] };
  },
};

/** Scores, training, sizes and machine. */
export const facts: ReportPart = {
  needs: [],
  async draw({ run: { record, config, model } }) {
    const sizes = Object.entries(config.model).map(([name, v]) => `${name} ${[v].flat().join("/")}`);
    return {
      sections: [
        {
          kind: "facts",
          facts: [
            ...scores(record, model.objective),
            ["Training", training(record, config.train.epochs)],
            ["Sizes", sizes.join(", ")],
            ["Recipe", `${record.recipe}, preset ${record.preset}, seed ${record.seed}`],
            ["Machine", `${record.machine["cpu"]}, ${record.threads} ${record.threads === 1 ? "thread" : "threads"}`],
          ],
        },
      ],
    };
  },
};

/** What is needed to make the run again. */
export const madeFrom: ReportPart = {
  needs: [],
  async draw({ run: { record, recipe, config } }) {
    const { preset, seed } = record;
    const base = findPreset(recipe, preset);
    const set = settingsBetween(base.config, config);
    const choices = Object.entries(recipe.unstated).map(([name, choice]) => `${name}: ${choice}`);
    return {
      sections: [
        {
          kind: "table",
          heading: "What it was made from",
          columns: ["What", "Value"],
          rows: [
            ["Source", `${recipe.source.paper}, ${recipe.source.part}`],
            [`Preset ${preset}`, base.note],
            ...(set.length > 0 ? [["Settings", set.join(", ")]] : []),
            ...(choices.length > 0 ? [["Where the paper is silent", `${choices.join("; ")}.`]] : []),
            ["Began, ended", `${moment(record.started)}, ${record.finished ? moment(record.finished) : record.status}`],
            [
              "Machine",
              Object.entries(record.machine)
                .map(([name, v]) => `${name} ${v}`)
                .join(", "),
            ],
            [
              "Versions",
              Object.entries(record.versions)
                .map(([name, v]) => `${name} ${v}`)
                .join(", "),
            ],
          ],
        },
        {
          kind: "code",
          code: trainCommandOf({ recipe: record.recipe, preset, seed, set }),
          caption: "Trains it again, to the same numbers on the same machine.",
        },
      ],
    };
  },
};

/** "2026-11-21 09:01 UTC" */
const moment = (iso: string): string => `${iso.slice(0, 16).replace("T", " ")} UTC`;

function scores({ metrics = {} }: RunRecord, objective: string | undefined): (readonly [string, string])[] {
  const found = Object.entries(metrics).flatMap(([split, { count, ...named }]) =>
    Object.entries(named).map(([name, value], i) => {
      const better = i === 0 ? ` (${objective ? "higher" : "lower"} is better)` : "";
      const text = metricValue(name, value).replace("-", "−");
      const unit = metricUnit(name);
      const shown = text.endsWith("%") || unit === "" ? text : `${text} ${unit}`;
      return [`${capital(split)} ${metricLabel(name)}${better}`, shown] as const;
    }),
  );
  const counts = Object.entries(metrics).map(
    ([split, m]) => [`${capital(split)} examples`, grouped(m["count"])] as const,
  );
  return found.length === 0 ? [["Scores", "not evaluated"]] : [...found, ...counts];
}

function training({ status, step, steps, seconds }: RunRecord, epochs: number): string {
  const ended = status === "completed";
  const done = ended
    ? `${epochs} epochs, ${grouped(step)} steps`
    : `${status} at step ${grouped(step)} of ${grouped(steps)}`;
  return `${done}, ${minutes(seconds ?? 0)}`;
}
