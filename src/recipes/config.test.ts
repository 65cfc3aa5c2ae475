import { describe, expect, test } from "vitest";
import { UsageError } from "../base/errors.ts";
import { override, parseConfig } from "./config.ts";
import { findPreset, findRecipe, recipes } from "./index.ts";

const { schema, presets } = findRecipe("concept/vae");
const base = presets.smoke.config;

/** What `--set` makes of the smoke preset. */
const parsed = (...settings: string[]) => parseConfig(schema, override(base, settings), "config of concept/vae", base);

/** The message of the UsageError that these settings are. */
function refusal(...settings: string[]): string {
  try {
    parsed(...settings);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error(`${settings.join(" ")} was accepted`);
}

describe("a setting", () => {
  test.each([
    ["model.latent=32", (c: typeof base) => c.model["latent"], 32],
    ["train.clip=1.5", (c: typeof base) => c.train.clip, 1.5],
    ["train.clip=null", (c: typeof base) => c.train.clip, null],
    ["data.id=mnist", (c: typeof base) => c.data.id, "mnist"],
    ['data.id="mnist"', (c: typeof base) => c.data.id, "mnist"],
    ["data.id=a=b", (c: typeof base) => c.data.id, "a=b"],
    ["train.rate.rate=1e-4", (c: typeof base) => (c.train.rate as { rate: number }).rate, 1e-4],
  ])("%s sets that value", (setting, read, value) => expect(read(parsed(setting))).toEqual(value));

  test("may be a whole object, of another kind too", () => {
    const config = parsed('train.rate={"kind":"constant","rate":0.5}', 'train.earlyStop={"patience":2,"holdOut":10}');
    expect(config.train.rate).toEqual({ kind: "constant", rate: 0.5 });
    expect(config.train.earlyStop).toEqual({ patience: 2, holdOut: 10 });
  });

  test("given later wins, and the preset stays as it was", () => {
    const before = structuredClone(base);
    expect(parsed("model.latent=3", "model.latent=4").model["latent"]).toBe(4);
    expect(base).toEqual(before);
  });
});

describe("a wrong setting is a UsageError", () => {
  test.each([
    ["model.latnt=3", /--set model\.latnt=3: .*model\.latent.*, got "model\.latnt"; did you mean "model\.latent"\.$/],
    ["modle.latent=3", /a key among model, data, train, got "modle"; did you mean "model"\.$/],
    ["train.optimizer.beta3=1", /got "train\.optimizer\.beta3"; did you mean "train\.optimizer\.beta1"\.$/],
    ["train.zzzzzzzz=1", /got "train\.zzzzzzzz"; choose one of these keys\.$/],
    ["__proto__.x=1", /a key among model, data, train, got "__proto__"/],
    ["constructor=1", /a key among model, data, train, got "constructor"/],
  ])("with the nearest key: %s", (setting, message) => expect(refusal(setting)).toMatch(message));

  test("that says there is nothing inside a number", () => {
    expect(refusal("model.latent.size=3")).toMatch(/nothing inside/);
  });

  test.each(["model.latent", "=3", ""])("that wants key=value: %j", (setting) => {
    expect(refusal(setting)).toMatch(/expected key=value/);
  });

  test.each([
    ["model.latent=-3", "model.latent", "-3", />=1/],
    ["model.latent=0", "model.latent", "0", />=1/],
    ["model.latent=2.5", "model.latent", "2.5", /int/],
    ["model.latent=many", "model.latent", '"many"', /number/],
    ["train.clip=0", "train.clip", "0", />0/],
    ["train.rate.rate=-1", "train.rate.rate", "-1", />0/],
    ["train.optimizer.beta1=1", "train.optimizer.beta1", "1", /<1/],
    ["train.epochs=null", "train.epochs", "null", /number/],
    ["train.rate.rate=1e999", "train.rate.rate", "", /number/],
    ["model.activation=tanhh", "model.activation", '"tanhh"', /"tanh"/],
    ["train.optimizer.name=adm", "train.optimizer.name", '"adm"', /'adam' \| 'sgd'/],
    ['train.rate={"kind":"square","rate":1}', "train.rate.kind", '"square"', /'constant' \| 'piecewise' \| 'cosine'/],
    ["train.optimizer=5", "train.optimizer", "5", /object/],
    ["model=null", "model", "null", /object/],
  ])("that names the key, what it may be and what it is: %s", (setting, key, got, expected) => {
    const message = refusal(setting);
    expect(message).toContain(`config of concept/vae, ${key}: expected `);
    if (got) expect(message).toContain(`, got ${got}; `);
    expect(message).toMatch(expected);
  });

  test.each(["model.activation=tanhh", "train.optimizer.name=adm", "model.latent=many"])(
    "in one plain sentence, without the checker's own words: %s",
    (setting) => expect(refusal(setting)).not.toMatch(/Invalid|received/),
  );

  test("where the kind is changed alone, that names the keys which do not belong to it", () => {
    const message = refusal("train.rate.kind=constant");
    expect(message).toContain('got "train.rate.floor"');
    expect(message).not.toContain('did you mean "train.rate.floor"');
  });
});

describe("recipes", () => {
  test.each(recipes.map((e) => [e.id, e] as const))("%s: every preset is a valid config", (_, e) => {
    for (const [name, preset] of Object.entries(e.presets)) {
      expect(parseConfig(e.schema, preset.config, name, preset.config)).toEqual(preset.config);
      expect(e.model(preset.config).variables.length).toBeGreaterThan(0);
    }
    for (const target of e.targets) expect(Object.keys(e.presets)).toContain(target.preset);
  });

  test("concept/vae's paper preset has the paper's sizes and rates", () => {
    expect(presets.paper.config).toMatchObject({
      model: { hidden: 1024, latent: 100, samples: 2, activation: "tanh" },
      data: { id: "mnist", trainLimit: null, testLimit: null },
      train: { rate: { kind: "piecewise", rates: [5e-4, 1e-4, 5e-5], epochs: [50, 50, 50] }, epochs: 150 },
    });
  });

  test("are found by name, and a misspelt one is a UsageError with the nearest", () => {
    expect(findRecipe("concept/vae").id).toBe("concept/vae");
    expect(() => findRecipe("concept/vea")).toThrow(UsageError);
    expect(() => findRecipe("concept/vea")).toThrow(/did you mean "concept\/vae"/);
    expect(() => findRecipe("toString")).toThrow(UsageError);
    const e = findRecipe("concept/vae");
    expect(() => findPreset(e, "smok")).toThrow(/one of paper, quick, smoke, got "smok"; did you mean "smoke"/);
    expect(() => findPreset(e, "nothing like it")).toThrow(UsageError);
  });
});
