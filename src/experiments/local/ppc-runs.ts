import { rvaeProtocol, trbmProtocol, tvaeProtocol } from "../../recipes/local-ppc.ts";
import type { RecipeConfig } from "../../recipes/recipe.ts";
import type { WantedRun } from "../../recipes/run-store.ts";
import type { PresetName } from "../reproduce.ts";

/** A line of the paper's table. */
export interface PpcRow {
  readonly id: string;
  /** As in the paper. */
  readonly name: string;
  /** Mean squared error of the position in the paper, rad². */
  readonly paper: number;
}

/** A line whose model is trained. */
export interface LearnedRow extends PpcRow {
  /** Settings of the recipe, for the sizes of its presets. */
  readonly set: Readonly<Record<PresetName, readonly string[]>>;
  /** It takes long: fewer seeds do. */
  readonly slow?: boolean;
}

/** Line of a trained model. @param config of its run */
export function rowOf({ model, train }: RecipeConfig): LearnedRow | undefined {
  const id = model["kind"] === "refh" && train.average !== null ? AVERAGED.id : model["kind"];
  return learnedRows.find((row) => row.id === id);
}

/** The rEFH once more, of which the paper has one line: its parameters are then averaged, which the authors' code does not do. */
export const AVERAGED = { id: "refh-mean", name: "rEFH, mean parameters", paper: 3.3e-4 } as const;

/** The settings that a harmonium has in all presets. */
const always = (...set: readonly string[]) => ({ paper: set, quick: set, smoke: set });

/** The TRBM's own protocol with fewer epochs in preset "quick", and none of it in "smoke". */
const trbmSettings = (kind: string, { quick, set = [] }: { quick: number; set?: readonly string[] }) => ({
  paper: [`model.kind=${kind}`, ...trbmProtocol, ...set],
  quick: [`model.kind=${kind}`, ...trbmProtocol, ...set, `train.epochs=${quick}`],
  smoke: [`model.kind=${kind}`],
});

/** The protocol of a recurrent VAE, which takes a minute; in preset "smoke" a small net and two epochs. */
const vaeSettings = (protocol: readonly string[]) => ({
  paper: protocol,
  quick: protocol,
  smoke: [...protocol, "model.hidden=8", "train.epochs=2", 'train.rate={"kind":"constant","rate":0.001}'],
});

/** Trained lines, in the order of the paper's table. */
export const learnedRows: readonly LearnedRow[] = [
  { id: "order-zero", name: "order 0", paper: 12e-4, set: always("model.kind=order-zero") },
  { id: "tvae", name: "TVAE", paper: 9.5e-4, set: vaeSettings(tvaeProtocol) },
  { id: "trbm", name: "TRBM", paper: 6e-4, set: trbmSettings("trbm", { quick: 20 }) },
  { id: "rvae", name: "rVAE", paper: 5.3e-4, set: vaeSettings(rvaeProtocol) },
  { id: "refh", name: "rEFH", paper: 3.3e-4, set: always() },
  { ...AVERAGED, set: always("train.average=10") },
  {
    id: "rtrbm",
    name: "RTRBM",
    paper: 3.1e-4,
    // An update averages all steps of a sequence: of 40 sequences it would be 4000 steps, and updates too few.
    set: trbmSettings("rtrbm", { quick: 80, set: ["train.batch=1"] }),
    slow: true,
  },
];

/** Kalman filters that are fitted. */
export const kalmanRows: readonly (PpcRow & { readonly order: 1 | 2 })[] = [
  { id: "kf-1", name: "KF-1", paper: 5.8e-4, order: 1 },
  { id: "kf-2", name: "KF-2", paper: 2.2e-4, order: 2 },
];

/** Trainings of all lines, which have the recipe's sizes of preset "paper" but in "smoke". @param slow seeds of lines that take long */
export function ppcRuns(preset: PresetName, seeds: readonly number[], slow: readonly number[]): WantedRun[] {
  return learnedRows.flatMap((row) =>
    (row.slow ? slow : seeds).map((seed) => {
      const set = row.set[preset];
      return {
        recipe: "local/ppc",
        preset: preset === "smoke" ? preset : "paper",
        seed,
        ...(set.length > 0 && { set }),
      };
    }),
  );
}
