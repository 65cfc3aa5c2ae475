import { describe, expect, test } from "vitest";
import { dci } from "./dci.ts";

describe("disentanglement and completeness", () => {
  test("are 1 where each latent serves one factor and each factor has one latent", () => {
    const { disentanglement, completeness } = dci([
      [0, 0.3, 0],
      [2, 0, 0],
      [0, 0, 7],
    ]);
    expect([disentanglement, completeness]).toEqual([1, 1]);
  });

  test("are 0 where every latent serves every factor alike", () => {
    const { disentanglement, completeness } = dci([
      [2, 2, 2],
      [2, 2, 2],
    ]);
    expect(disentanglement).toBeCloseTo(0, 14);
    expect(completeness).toBeCloseTo(0, 14);
  });

  test("two latents of one factor are disentangled but not complete", () => {
    const { disentanglement, completeness, factors } = dci([
      [1, 0],
      [1, 0],
      [0, 5],
    ]);
    expect(disentanglement).toBeCloseTo(1, 14);
    expect(factors[0]).toBeCloseTo(1 - Math.LN2 / Math.log(3), 14);
    expect(completeness).toBeCloseTo(1 - Math.LN2 / Math.log(3) / 2, 14);
  });

  test("one latent of two factors is complete but not disentangled", () => {
    const { disentanglement, completeness, latents } = dci([
      [1, 1, 0],
      [0, 0, 1],
    ]);
    expect(latents[0]).toBeCloseTo(1 - Math.LN2 / Math.log(3), 14);
    expect(disentanglement).toBeCloseTo((2 / 3) * latents[0] + 1 / 3, 14);
    expect(completeness).toBeCloseTo(1, 14);
  });

  test("latents count by their importance, idle ones not at all; factors count alike", () => {
    const { disentanglement, completeness, latents, factors } = dci([
      [1, 1],
      [0, 6],
      [0, 0],
    ]);
    expect([...latents]).toEqual([0, 1, 0]);
    expect(disentanglement).toBeCloseTo(0.75, 14);
    const split = -(1 / 7) * Math.log(1 / 7) - (6 / 7) * Math.log(6 / 7);
    expect(factors[1]).toBeCloseTo(1 - split / Math.log(3), 14);
    expect(completeness).toBeCloseTo((1 + factors[1]) / 2, 14);
  });

  test("are 0 where nothing is important", () => {
    const { disentanglement, completeness } = dci([
      [0, 0],
      [0, 0],
    ]);
    expect([disentanglement, completeness]).toEqual([0, 0]);
  });

  test("of one factor or one latent are refused", () => {
    expect(() => dci([[1], [2]])).toThrow(/at least two latents and two factors, got 2 and 1/);
    expect(() => dci([[1, 2]])).toThrow(/got 1 and 2/);
  });
});
