import type { WantedRun } from "../../recipes/run-store.ts";
import { experiment } from "../experiment.ts";
import type { PresetName } from "../reproduce.ts";
import { filmFigures } from "./film-figures.ts";
import { type FilmOptions, type FilmPrediction, filmPrediction } from "./film-prediction.ts";
import {
  beatsControlsFinding,
  controlFindings,
  errorFigure,
  filmControls,
  filmNumbers,
  filmRows,
  rowFinding,
} from "./film-table.ts";

const trainings = (preset: PresetName, seeds: readonly number[]): WantedRun[] =>
  seeds.map((seed) => ({ recipe: "local/moving-mnist", preset, seed }));

const usual: FilmOptions = {
  films: 200,
  resamples: 1000,
  shown: 3,
  observed: 10,
  generated: 10,
  chains: 1,
  chainFilms: 1,
};

export const movingMnistFilms = experiment<FilmOptions>({
  id: "local/moving-mnist",
  title: "Moving digits, gone on with by the rVAE",
  source: {
    paper: "Abdulsalam & Makin, Learning recurrent models with temporally local rules",
    part: "moving MNIST, generated frames",
  },
  about:
    "Films of two digits that move, pass through each other and stop at walls. The rVAE learns from each frame and the state before it alone. What does it " +
    "expect of the next frame, and how does it go on when no more frames are seen? The paper shows generated frames, and no numbers.",
  presets: {
    paper: {
      note: "The recipe's own sizes; three trainings that differ in the seed.",
      runs: trainings("paper", [1, 2, 3]),
      options: usual,
    },
    quick: { note: "Smaller frames and shorter training; one seed.", runs: trainings("quick", [1]), options: usual },
    smoke: {
      note: "Hardly trained: for tests.",
      runs: trainings("smoke", [1]),
      options: { films: 4, resamples: 20, shown: 2, observed: 3, generated: 3, chains: 1, chainFilms: 1 },
    },
  },
  async measure(runs, options, { progress }) {
    const found: FilmPrediction[] = [];
    for (const run of runs) {
      found.push(await filmPrediction(run, options));
      progress(found.length / runs.length);
    }
    const rows = filmRows(found, { rvae: { name: "rVAE" } }, options.resamples);
    const { dataset } = await runs[0].open();
    const shown = rows.map((r) => ({ name: r.name, pictures: r.runs[0].pictures }));
    return {
      findings: [
        ...rows.map((r) => rowFinding(r)),
        ...rows.map((r) => beatsControlsFinding(r, filmControls(rows), "no number; generated frames")),
        ...controlFindings(rows, "not given"),
      ],
      numbers: filmNumbers(rows),
      figures: [errorFigure("moving-mnist", rows), ...filmFigures(shown, dataset, options)],
    };
  },
});
