/** A point that moves between walls, and a model of two layers with known latents, so that probes of sequences can be checked by hand. */
import { stream } from "../src/base/random.ts";
import { axis } from "../src/base/shape.ts";
import type { Dataset, Field } from "../src/data/dataset.ts";
import { type Draw, drawnSplit } from "../src/data/drawn-split.ts";
import { turnBack, wallPath } from "../src/data/wall-path.ts";
import { constant } from "../src/graph/leaves.ts";
import { add, mul } from "../src/graph/ops/arithmetic.ts";
import { full } from "../src/graph/ops/broadcast.ts";
import { concat, reshape } from "../src/graph/ops/layout.ts";
import { matmul } from "../src/graph/ops/matmul.ts";
import { slice } from "../src/graph/ops/slice.ts";
import type { Value } from "../src/graph/value.ts";
import type { Model } from "../src/models/model.ts";
import type { Subject } from "../src/probes/subject.ts";
import { cpu } from "../src/runtime/onnxruntime-node.ts";

/** Frames of a sequence. */
export const T = 12;

/** One sequence: a start, a velocity, and what becomes of it. */
function courseOf(split: string, index: number) {
  const u = new Float64Array(5);
  stream(7, `test/${split}`).uniform(index, u);
  const speed = [0.1, 0.15, 0.2][Math.floor(3 * u[0])];
  const [vx, vy] = [speed * Math.cos(2 * Math.PI * u[1]), speed * Math.sin(2 * Math.PI * u[1])];
  const path = (start: number, v: number) => wallPath(turnBack, start, v, 0, 1, T);
  return { speed, label: Math.floor(2 * u[4]), x: path(u[2], vx), y: path(u[3], vy) };
}

/** A test sequence: places and bounces (time), speed and label. */
export const testCourse = (index: number) => courseOf("test", index);

const [time, pixel] = [axis("time", T), axis("pixel", 2)];
const field = (name: string, shape: Field["shape"], kind: Field["kind"]): Field => ({
  name,
  shape,
  kind,
  range: [-1, 1],
  doc: "",
});
const fields: Field[] = [
  field("frames", [time, pixel], "observation"),
  field("x", [time], "factor"),
  field("y", [time], "factor"),
  field("bounce-x", [time], "factor"),
  field("bounce-y", [time], "factor"),
  field("place", [time, axis("axis", 2)], "factor"),
  field("speed", [], "factor"),
  field("label", [], "label"),
];

function splitOf(name: string, count: number) {
  const places: Draw = (i, out) => {
    const { x, y } = courseOf(name, i);
    for (let t = 0; t < T; t++) out.set([x.places[t], y.places[t]], 2 * t);
  };
  const draws: Record<string, Draw> = {
    frames: places,
    place: places,
    x: (i, out) => out.set(courseOf(name, i).x.places),
    y: (i, out) => out.set(courseOf(name, i).y.places),
    "bounce-x": (i, out) => out.set(courseOf(name, i).x.bounces),
    "bounce-y": (i, out) => out.set(courseOf(name, i).y.bounces),
    speed: (i, out) => out.set([courseOf(name, i).speed]),
    label: (i, out) => out.set([courseOf(name, i).label]),
  };
  return drawnSplit("point", name, count, fields, draws);
}

/** z1 = M · frame, [latent][pixel]; the last tells of both places. */
export const M = [
  [1, 0],
  [0, -2],
  [0.5, 0.5],
];

/** z2: x_t − 2 x_{t−1} + x_{t−2} and the same of y, 0 in the first two frames: nothing but the bounces, in the first frame after them. */
function bends(x: Value): Value {
  const from = (t: number): Value => slice(x, 1, t, t + T - 2);
  const second = add(add(from(2), from(0)), mul(-2, from(1)));
  return concat([full([x.shape[0], axis("time", 2), pixel], 0), second], 1);
}

const latent = (name: string, layer: number, width: number) =>
  ({ name, layer, shape: [time, axis("latent", width)], kind: "stochastic" }) as const;

const model: Model = {
  name: "point",
  source: "made by hand",
  observation: { shape: [time, pixel], range: [0, 1], doc: "" },
  latents: [latent("z1", 1, M.length), { ...latent("h1", 1, 1), kind: "deterministic" }, latent("z2", 2, 2)],
  variables: [],
  trace(x) {
    const rows = reshape(x, [axis("", x.shape[0].size * T), pixel]);
    const z1 = matmul(rows, constant(M.flat(), [axis("", M.length), pixel]), false, true);
    return { "z1/mean": reshape(z1, [x.shape[0], time, axis("latent", M.length)]), "z2/mean": bends(x) };
  },
};

/** @param count test sequences */
export function movingSubject(count: number): Subject {
  const dataset: Dataset = {
    id: "point",
    title: "Moving point",
    provenance: "drawn here",
    generated: true,
    fields,
    classes: ["a", "b"],
    picture: { height: 1, width: 2, channels: 1 },
    splits: { train: splitOf("train", 1), test: splitOf("test", count) },
  };
  return {
    name: "point",
    model,
    parameters: {},
    dataset,
    field: "frames",
    runtime: cpu,
    options: { threads: 1 },
    seed: 4,
  };
}
