import type { Intervention, Model } from "../models/model.ts";
import { type Films, traceFilms } from "./films.ts";
import type { Subject } from "./subject.ts";

/** What is switched off. */
export interface Condition {
  /** "prediction", "h1", "top-down". */
  readonly id: string;
  readonly name: string;
  readonly interventions: readonly Intervention[];
}

/**
 * Nothing; the state of each layer; what each layer hears from above, and all of it.
 * @param from the first frame at which it is switched off
 */
export function suppressionConditions({ latents }: Pick<Model, "latents">, from: number): Condition[] {
  const layers = Math.max(...latents.map(({ layer }) => layer));
  const all = Array.from({ length: layers }, (_, l) => l + 1);
  const suppress = (layer: number): Intervention => ({ kind: "suppress", layer, from });
  const cut = (layer: number): Intervention => ({ kind: "cut-top-down", layer, from });
  const below = all.slice(0, -1);
  return [
    { id: "prediction", name: "prediction", interventions: [] },
    ...all.map((l) => ({ id: `h${l}`, name: `h of layer ${l} suppressed`, interventions: [suppress(l)] })),
    ...(below.length > 1
      ? below.map((l) => ({ id: `top-down${l}`, name: `no top-down to layer ${l}`, interventions: [cut(l)] }))
      : []),
    ...(below.length > 0 ? [{ id: "top-down", name: "no top-down", interventions: below.map(cut) }] : []),
  ];
}

/** The frames that a model predicts: each from those before, whether it saw them or predicted them. (film, time, pixel) */
export async function predictUnder(
  subject: Subject,
  films: Films,
  { interventions }: Condition,
  observed: number,
  progress?: (part: number) => void,
): Promise<Float32Array> {
  return (await traceFilms(subject, films, ["prediction"], { observed, interventions }, progress))["prediction"];
}
