import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Principal components of rows of numbers. */
export interface PrincipalComponents {
  readonly mean: Float64Array;
  /** Unit vectors by falling variance. The sign is fixed: the largest entry in size is positive. */
  readonly components: readonly Float64Array[];
  /** Variance along each component (divided by rows − 1). */
  readonly variances: Float64Array;
  /** Coordinates of rows on the first k components: (rows, k). */
  project(rows: Float32Array, k: number): Float64Array;
}

/**
 * Principal component analysis in float64, by the eigenvectors of the covariance.
 * @param data  (rows, width), row by row; at least two rows
 */
export function principalComponents(data: Float32Array, width: number): PrincipalComponents {
  const rows = data.length / width;
  const mean = new Float64Array(width);
  for (let r = 0; r < rows; r++) for (let j = 0; j < width; j++) mean[j] += data[r * width + j] / rows;
  const covariance = new Float64Array(width * width);
  const centred = new Float64Array(width);
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < width; j++) centred[j] = data[r * width + j] - mean[j];
    for (let i = 0; i < width; i++) {
      const [a, start] = [centred[i] / (rows - 1), i * width];
      for (let j = i; j < width; j++) covariance[start + j] += a * centred[j];
    }
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) covariance[i * width + j] = covariance[j * width + i];
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(width, width, covariance),
    { assumeSymmetric: true },
  );
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const components = order.map((i) => withFixedSign(Float64Array.from(eigenvectorMatrix.getColumn(i))));
  return {
    mean,
    components,
    variances: Float64Array.from(order, (i) => Math.max(0, realEigenvalues[i])),
    project(points, k) {
      const n = points.length / width;
      const out = new Float64Array(n * k);
      for (let r = 0; r < n; r++) {
        for (let c = 0; c < k; c++) {
          for (let j = 0; j < width; j++) out[r * k + c] += (points[r * width + j] - mean[j]) * components[c][j];
        }
      }
      return out;
    },
  };
}

function withFixedSign(v: Float64Array): Float64Array {
  const largest = v.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  return largest < 0 ? v.map((x) => -x) : v;
}
