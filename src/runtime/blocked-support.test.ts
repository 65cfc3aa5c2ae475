import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { hasBlockedLayout } from "./blocked-support.ts";
import { commonOptions, type Provider } from "./graphs.ts";
import { cpu } from "./onnxruntime-node.ts";

const node = { ort, options: { ...commonOptions, executionProviders: ["cpu"] } };

test("the CPU's programs are compiled for what it has", async () => {
  expect(await cpu.target?.()).toBe((await hasBlockedLayout(node)) ? "cpu" : "portable");
});

/** A runtime that answers with these numbers. */
const answering = (numbers: Float32Array): Provider => ({
  ort: {
    Tensor: ort.Tensor,
    InferenceSession: {
      create: async () =>
        ({ run: async () => ({ y: { data: numbers } }), release: async () => {} }) as unknown as ort.InferenceSession,
    },
  },
  options: {},
});

test("a runtime that computes something else has not", async () => {
  expect(await hasBlockedLayout(answering(new Float32Array(96)))).toBe(false);
});

test("a runtime that refuses the operators has not", async () => {
  const refusing = {
    ort: { ...ort, InferenceSession: { create: () => Promise.reject(new Error("no operator")) } },
    options: {},
  };
  expect(await hasBlockedLayout(refusing as unknown as Provider)).toBe(false);
});
