import { expect, test } from "vitest";
import { openFilter } from "../../analyses/filtering.ts";
import { meanSquaredDistance } from "../../base/circle.ts";
import { stream } from "../../base/random.ts";
import { sizeOf } from "../../base/shape.ts";
import { springModel } from "../../data/damped-spring.ts";
import { ltiPpc } from "../../data/lti-ppc.ts";
import { leafName } from "../../graph/leaves.ts";
import { refh } from "../../models/refh.ts";
import { gaussian } from "../../nn/initializers.ts";
import { decodedError, referenceErrors } from "../../recipes/position-errors.ts";
import { cpu } from "../../runtime/onnxruntime-node.ts";
import { kalmanEstimator } from "./kalman-rows.ts";
import { positionFilter } from "./position-filter.ts";

const [COUNT, LENGTH] = [3, 40];
const data = ltiPpc({ length: LENGTH, test: COUNT });
const { code } = data;
const spikes = new Float32Array(COUNT * LENGTH * code.preferred.length);
const position = new Float32Array(COUNT * LENGTH);
data.splits.test.read("spikes", [0, 1, 2], spikes);
data.splits.test.read("position", [0, 1, 2], position);

test("a trained filter's estimates and states stand sequence by sequence", async () => {
  const model = refh({ units: 15, family: "poisson", hidden: 6, turns: 1, state: "mean", init: gaussian(0.3) });
  const parameters = Object.fromEntries(
    model.variables.map((v) => {
      const out = new Float32Array(sizeOf(v.shape));
      stream(1, leafName(v)).normal(0, out);
      return [leafName(v), out.map((w) => 0.3 * w)];
    }),
  );
  const subject = { name: "", model, parameters, dataset: data, field: "spikes", runtime: cpu, options: {}, seed: 1 };
  const filter = positionFilter(subject, code);
  const { decoded, features } = await filter.filter(spikes, COUNT);

  const plain = await openFilter(model, cpu, { count: COUNT, length: LENGTH });
  await plain.write(parameters);
  const { reconstructions, states } = await plain.filter(spikes);
  const expected = decodedError(code, reconstructions, position, COUNT);
  expect(meanSquaredDistance(decoded, position, code.circumference)).toBeCloseTo(expected, 8);
  const { data: rows, width } = features();
  expect(width).toBe(6);
  const [n, t] = [2, 7];
  expect([...rows.subarray((n * LENGTH + t) * 6, (n * LENGTH + t + 1) * 6)]).toEqual([
    ...states["u"].subarray((t * COUNT + n) * 6, (t * COUNT + n + 1) * 6),
  ]);

  // Steps as sequences of their own know no state: the second sequence's first step is the same either way.
  const alone = await filter.filter(spikes.subarray(LENGTH * 15, 2 * LENGTH * 15), LENGTH);
  expect(alone.decoded[0]).toBeCloseTo(decoded[LENGTH], 6);
  await plain.dispose();
  await filter.dispose();
});

test("the Kalman filter with the true parameters has the error that evaluations of runs tell", async () => {
  const found = await kalmanEstimator(data, springModel(data.spring))(spikes, COUNT);
  const expected = referenceErrors(data, spikes, position)["kalman-mse"];
  expect(meanSquaredDistance(found, position, code.circumference)).toBeCloseTo(expected, 12);
});
