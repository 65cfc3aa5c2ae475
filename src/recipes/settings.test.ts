import { describe, expect, test } from "vitest";
import { override, parseConfig } from "./config.ts";
import { findRecipe } from "./index.ts";
import { quoted, sameTree, settingsBetween } from "./settings.ts";

const { presets, schema } = findRecipe("concept/vae");
const { paper, quick } = presets;

describe("the settings between two configurations", () => {
  test("are none where they are equal, whatever the order of keys", () => {
    const { train, data, model } = paper.config;
    expect(settingsBetween(paper.config, { train, data, model })).toEqual([]);
  });

  test.each([
    [["model.latent=10"]],
    [["model.latent=10", "train.optimizer.beta1=0.5", "data.id=glyphs"]],
    [["train.rate.epochs=[1,2,3]"]],
    [['train.rate={"kind":"constant","rate":0.01}']],
    [["data.trainLimit=1000"]],
  ])("are those that were set: %j", (settings) => {
    const changed = parseConfig(schema, override(paper.config, settings), "test", paper.config);
    expect(settingsBetween(paper.config, changed).sort()).toEqual([...settings].sort());
  });

  test("lead from one preset to another, and back", () => {
    for (const [a, b] of [
      [paper, quick],
      [quick, paper],
      [paper, presets.smoke],
    ]) {
      expect(override(a.config, settingsBetween(a.config, b.config))).toEqual(b.config);
    }
  });
});

test.each([
  [1, 1, true],
  [1, 2, false],
  [null, {}, false],
  [[1, [2]], [1, [2]], true],
  [[1, 2], [2, 1], false],
  [[1], [1, 2], false],
  [{ a: 1, b: { c: [null] } }, { b: { c: [null] }, a: 1 }, true],
  [{ a: 1 }, { a: 1, b: undefined }, false],
  [{ a: 1 }, { b: 1 }, false],
  [[], {}, false],
])("%j and %j are the same: %s", (a, b, same) => {
  expect(sameTree(a, b)).toBe(same);
  expect(sameTree(b, a)).toBe(same);
});

test("words are quoted for a shell only where they must be", () => {
  expect(["model.latent=10", 'rate={"a":1}', "it's"].map(quoted)).toEqual([
    "model.latent=10",
    `'rate={"a":1}'`,
    `'it'\\''s'`,
  ]);
});
