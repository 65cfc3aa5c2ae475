import { z } from "zod";
import { nearest, UsageError } from "../base/errors.ts";

/** Names of a table, for a choice among them. */
export const namesOf = <T extends string>(table: Record<T, unknown>): T[] => Object.keys(table) as T[];

const count = z.int().min(1);
const rate = z.number().positive();

/** How the learning rate goes over a training. */
const rateSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("constant"), rate }),
  /** One rate after the other, each for its number of epochs. */
  z.strictObject({ kind: z.literal("piecewise"), rates: z.array(rate).min(1), epochs: z.array(count).min(1) }),
  /** Half a cosine from rate to rate·floor, after `warmup` steps of linear rise. */
  z.strictObject({
    kind: z.literal("cosine"),
    rate,
    floor: z.number().min(0).max(1),
    warmup: z.int().min(0),
  }),
  /** rate/factorᵉ in epoch e = 1, 2, … */
  z.strictObject({ kind: z.literal("exponential"), rate, factor: rate }),
  /** From rate down to rate/epochs in the last epoch. */
  z.strictObject({ kind: z.literal("linear"), rate }),
]);

const optimizerSchema = z.discriminatedUnion("name", [
  z.strictObject({
    name: z.literal("adam"),
    beta1: z.number().min(0).lt(1),
    beta2: z.number().min(0).lt(1),
    epsilon: z.number().positive(),
  }),
  z.strictObject({ name: z.literal("sgd"), momentum: z.number().min(0).lt(1) }),
  z.strictObject({
    name: z.literal("momentum"),
    /** Of each parameter, by name; the schedule multiplies them. */
    rates: z.record(z.string(), rate),
    /** Momentum in epoch e = 1, 2, …: last − fall/factorᵉ. */
    coefficient: z.strictObject({ last: z.number().min(0).lt(1), fall: z.number().min(0), factor: rate }),
  }),
]);

/** Training settings that every recipe shares. */
export const trainSchema = z.strictObject({
  /** Examples a step. */
  batch: count,
  /** Passes over the training data. */
  epochs: count,
  optimizer: optimizerSchema,
  rate: rateSchema,
  /** Largest joint norm of the gradients; null: not clipped. */
  clip: z.number().positive().nullable(),
  /** Epochs between evaluations. */
  evaluateEvery: count,
  /** Steps between checkpoints; null: one an epoch. */
  checkpointEvery: count.nullable(),
  /** Ends when the objective on `holdOut` training images, which are then not trained on, has not risen for `patience` evaluations. */
  earlyStop: z.strictObject({ patience: count, holdOut: count }).nullable(),
  /** The run's parameters are their mean at the ends of this many last epochs; null: those at the end. */
  average: count.nullable().default(null),
});

/** Which data, and how much of it. */
export const dataSchema = z.strictObject({
  id: z.string(),
  /** Use only the first examples; null: all. */
  trainLimit: count.nullable(),
  testLimit: count.nullable(),
});

/** Which sequences: they are drawn, and every epoch has fresh ones. */
export const sequenceSchema = dataSchema.extend({
  /** Frames of a sequence to learn from. */
  length: count,
  /** Frames of a sequence that is scored. */
  testLength: count,
  /** Sequences of an epoch. */
  sequences: count,
});

/** Which films: those to train on are drawn once, and come in another order every epoch. */
export const filmSchema = dataSchema.extend({
  /** Frames of a sequence. */
  length: count,
  /** Pixels a side of a frame. */
  side: count,
  /** Sequences to train on. */
  films: count,
});

export type TrainConfig = z.infer<typeof trainSchema>;
export type DataConfig = z.infer<typeof dataSchema> &
  Partial<z.infer<typeof sequenceSchema>> &
  Partial<z.infer<typeof filmSchema>>;

/** Adam with the values of Kingma & Ba 2015. */
export const adamDefaults = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * Sets values by path on a copy of a configuration: `["model.latent=32", "train.clip=1"]`. Values are JSON; what is no JSON is text.
 * @throws UsageError naming the nearest known key, where a path leads nowhere
 */
export function override<C>(config: C, settings: readonly string[]): C {
  const copy = structuredClone(config);
  for (const setting of settings) {
    const at = setting.indexOf("=");
    if (at < 1) {
      throw new UsageError({
        where: `--set ${setting}`,
        expected: "key=value",
        got: "no key before an equals sign",
        fix: "write it like --set model.latent=32",
      });
    }
    const keys = setting.slice(0, at).split(".");
    let place = copy as Record<string, unknown>;
    keys.forEach((key, i) => {
      const last = i === keys.length - 1;
      const next = Object.hasOwn(place, key) ? place[key] : undefined;
      if (next === undefined) throw unknownKey(`--set ${setting}`, keys.slice(0, i), key, place);
      if (!last && (typeof next !== "object" || next === null)) {
        throw unknownKey(`--set ${setting}`, keys.slice(0, i + 1), keys[i + 1], {});
      }
      if (last) place[key] = parseValue(setting.slice(at + 1));
      else place = next as Record<string, unknown>;
    });
  }
  return copy;
}

/** JSON where it is JSON, text elsewhere. */
function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Checks a configuration.
 * @param where   what to call it in errors ("config of concept/vae", a file name)
 * @param known   a valid configuration, for the names of keys that exist
 * @throws UsageError for the first thing wrong: the key's path, what is allowed, what was got
 */
export function parseConfig<C>(schema: z.ZodType<C>, value: unknown, where: string, known: unknown): C {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const place = (lookUp(known, path) ?? {}) as Record<string, unknown>;
    const [key] = issue.keys;
    throw Object.hasOwn(place, key) ? misplacedKey(where, path, key, value) : unknownKey(where, path, key, place);
  }
  throw new UsageError({
    where: `${where}, ${path.join(".") || "the whole"}`,
    expected: expectation(issue.message),
    got: JSON.stringify(lookUp(value, path)) ?? "nothing",
    fix: "correct the value",
  });
}

/** Zod's words without what the rest of the sentence says anyway: "Invalid input: expected number, received string". */
function expectation(message: string): string {
  return message
    .replace(/^Invalid discriminator value\. Expected /, "")
    .replace(/^(Invalid (input|option)|Too (small|big)): expected /, "")
    .replace(/, received .*$/, "");
}

/** A key that exists, but not beside the value of its neighbour: a cosine's floor under a constant rate. */
function misplacedKey(where: string, path: readonly string[], key: string, value: unknown): UsageError {
  const place = lookUp(value, path) as Record<string, unknown>;
  const chosen = place["kind"] ?? place["name"];
  const group = path.join(".");
  return new UsageError({
    where,
    expected: `only the keys that ${group} ${JSON.stringify(chosen)} has`,
    got: `"${[...path, key].join(".")}"`,
    fix: `set the whole of it at once, as in --set '${group}={"kind":"constant","rate":0.001}'`,
  });
}

function lookUp(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((v, key) => (v as Record<string, unknown> | undefined)?.[key], value);
}

function unknownKey(where: string, path: readonly string[], key: string, place: Record<string, unknown>): UsageError {
  const keys = typeof place === "object" && place !== null ? Object.keys(place) : [];
  const near = nearest(key, keys);
  const full = (k: string): string => [...path, k].join(".");
  return new UsageError({
    where,
    expected: `a key among ${keys.map(full).join(", ") || `none (there is nothing inside ${path.join(".")})`}`,
    got: `"${full(key)}"`,
    fix: near ? `did you mean "${full(near)}"` : keys.length > 0 ? "choose one of these keys" : "set the value itself",
  });
}
