import { cholesky } from "../cholesky.ts";
import { minimise, type Objective } from "./lbfgs.ts";

/** Logits of each class are intercept + Σ weights · x. */
export interface LogisticFit {
  /** (class, feature) */
  readonly weights: Float64Array;
  /** [class] */
  readonly intercepts: Float64Array;
}

export interface LogisticData {
  /** (rows, feature) */
  readonly x: Float64Array;
  /** 0…classes−1, one a row. */
  readonly labels: Uint32Array;
  readonly classes: number;
}

/**
 * Multinomial logistic regression: minimises the mean over rows of −ln p(label | x) plus penalty/2 · Σ weights².
 * Intercepts are free. With a penalty above 0 the minimum exists unless a class has no rows, and is unique up to a
 * common shift of the intercepts, which start at 0. Found in float64 to a gradient below `tolerance` by L-BFGS,
 * preconditioned by Böhning's bound ½ XᵀX/n of the second derivative (Böhning 1992, "Multinomial logistic regression
 * algorithm", Ann. Inst. Statist. Math. 44).
 * @param penalty above 0
 */
export function fitLogistic(data: LogisticData, penalty: number, tolerance = 1e-6): LogisticFit {
  const width = data.x.length / data.labels.length;
  const { x } = minimise(logisticObjective(data, penalty), new Float64Array(data.classes * (width + 1)), {
    tolerance,
    precondition: preconditioner(data, penalty),
  });
  return { weights: x.slice(0, data.classes * width), intercepts: x.slice(data.classes * width) };
}

/** Of (weights, intercepts), one after the other. */
export function logisticObjective({ x, labels, classes }: LogisticData, penalty: number): Objective {
  const [rows, width] = [labels.length, x.length / labels.length];
  const probabilities = new Float64Array(classes);
  return (parameters, gradient) => {
    let loss = 0;
    gradient.fill(0);
    for (let r = 0; r < rows; r++) {
      loss += logSoftmaxLoss(parameters, x, r, labels[r], probabilities) / rows;
      for (let c = 0; c < classes; c++) {
        const error = (probabilities[c] - (c === labels[r] ? 1 : 0)) / rows;
        for (let i = 0; i < width; i++) gradient[c * width + i] += error * x[r * width + i];
        gradient[classes * width + c] += error;
      }
    }
    for (let i = 0; i < classes * width; i++) {
      loss += (penalty / 2) * parameters[i] ** 2;
      gradient[i] += penalty * parameters[i];
    }
    return loss;
  };
}

/** Divides by ½ XᵀX/n plus the penalty, X with a column of ones, for each class. */
function preconditioner({ x, labels, classes }: LogisticData, penalty: number): (v: Float64Array) => void {
  const [rows, width] = [labels.length, x.length / labels.length];
  const size = width + 1;
  const bound = new Float64Array(size * size);
  const row = new Float64Array(size).fill(1);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) row[i] = x[r * width + i];
    for (let i = 0; i < size; i++) {
      const scaled = row[i] / (2 * rows);
      for (let j = 0; j <= i; j++) bound[i * size + j] += scaled * row[j];
    }
  }
  for (let i = 0; i < width; i++) bound[i * (size + 1)] += penalty;
  const { solve } = cholesky(bound, size);
  const part = new Float64Array(size);
  return (v) => {
    for (let c = 0; c < classes; c++) {
      part.set(v.subarray(c * width, (c + 1) * width));
      part[width] = v[classes * width + c];
      solve(part);
      v.set(part.subarray(0, width), c * width);
      v[classes * width + c] = part[width];
    }
  };
}

/** The most probable class of each row; the first of equal ones. @param x (rows, feature) */
export function predictClasses({ weights, intercepts }: LogisticFit, x: Float64Array): Uint32Array {
  const width = weights.length / intercepts.length;
  return Uint32Array.from({ length: x.length / width }, (_, r) => {
    let [best, most] = [0, Number.NEGATIVE_INFINITY];
    intercepts.forEach((b, c) => {
      let logit = b;
      for (let i = 0; i < width; i++) logit += weights[c * width + i] * x[r * width + i];
      if (logit > most) [best, most] = [c, logit];
    });
    return best;
  });
}

/** −ln p(label | x) of one row; leaves the classes' probabilities behind. */
function logSoftmaxLoss(
  parameters: Float64Array,
  x: Float64Array,
  row: number,
  label: number,
  probabilities: Float64Array,
): number {
  const classes = probabilities.length;
  const width = parameters.length / classes - 1;
  let largest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < classes; c++) {
    let logit = parameters[classes * width + c];
    for (let i = 0; i < width; i++) logit += parameters[c * width + i] * x[row * width + i];
    probabilities[c] = logit;
    if (logit > largest) largest = logit;
  }
  const own = probabilities[label];
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += probabilities[c] = Math.exp(probabilities[c] - largest);
  for (let c = 0; c < classes; c++) probabilities[c] /= sum;
  return Math.log(sum) + largest - own;
}
