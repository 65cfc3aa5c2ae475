import { describe, expect, test } from "vitest";
import { axis } from "../base/shape.ts";
import { consecutive } from "../data/batches.ts";
import type { Split } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import { framesInOrder, wholeExamples } from "./examples.ts";

const [T, WIDTH] = [3, 2];

/** 10 sequences of 3 frames of 2 numbers: sequence·100 + frame·10 + place. */
function sequences(): { split: Split; reads: number[][] } {
  const reads: number[][] = [];
  const split: Split = {
    name: "train",
    count: 10,
    read(field, indices, out) {
      expect(field).toBe("frames");
      reads.push(Array.from(indices));
      out.forEach((_, i) => {
        const [k, t, place] = [Math.floor(i / (T * WIDTH)), Math.floor(i / WIDTH) % T, i % WIDTH];
        out[i] = indices[k] * 100 + t * 10 + place;
      });
    },
  };
  return { split, reads };
}

const model = (shape: Model["observation"]["shape"]): Model => ({
  name: "none",
  source: "none",
  observation: { shape, range: [0, 1], doc: "" },
  latents: [],
  variables: [],
});

describe("frames in order", () => {
  const open = () => {
    const { split, reads } = sequences();
    const examples = framesInOrder(model([axis("pixel", WIDTH)]), split, "frames", T, consecutive(10, 2, 4));
    return { examples, reads };
  };

  test("are all first frames of a batch of sequences, then all second ones, then those of the next batch", () => {
    const { examples } = open();
    expect([examples.batch, examples.stepsPerEpoch]).toEqual([2, 6]);
    const seen = Array.from({ length: 7 }, (_, s) => {
      const { x, begins } = examples.feeds(s);
      return [...begins, ...x];
    });
    expect(seen).toEqual([
      [1, 0, 1, 100, 101],
      [0, 10, 11, 110, 111],
      [0, 20, 21, 120, 121],
      [1, 200, 201, 300, 301],
      [0, 210, 211, 310, 311],
      [0, 220, 221, 320, 321],
      [1, 400, 401, 500, 501],
    ]);
  });

  test("are read once a batch of sequences, whichever step comes first", () => {
    const { examples, reads } = open();
    for (const s of [4, 5, 6, 7, 8]) examples.feeds(s);
    expect(reads).toEqual([
      [2, 3],
      [4, 5],
    ]);
    expect([...open().examples.feeds(4).x]).toEqual([210, 211, 310, 311]);
  });

  test("fill the arrays that they are given", () => {
    const { examples } = open();
    const first = examples.feeds(0);
    const second = examples.feeds(1, first);
    expect(second.x).toBe(first.x);
    expect([...second.x]).toEqual([10, 11, 110, 111]);
  });
});

test("whole examples are a batch's sequences with all their frames", () => {
  const { split } = sequences();
  const shape = [axis("time", T), axis("pixel", WIDTH)];
  const examples = wholeExamples(model(shape), split, "frames", consecutive(10, 1, 4));
  expect([examples.batch, examples.stepsPerEpoch]).toEqual([1, 4]);
  expect(examples.feeds(5)).toEqual({ x: Float32Array.from([500, 501, 510, 511, 520, 521]) });
});
