/**
 * Sums over rows of v = (features, targets, 1) vᵀ, from which least squares follow without the rows. Sums over disjoint
 * sets of rows add up. Products are (size, size), both halves filled; size = features + targets + 1.
 */
export interface Moments {
  readonly size: number;
  readonly products: Float64Array;
}

/** Moments of the rows of each fold. @param fold the fold of each row, 0…folds−1 */
export function momentsOfFolds(columns: readonly Float64Array[], fold: Uint32Array, folds: number): Moments[] {
  const size = columns.length + 1;
  const all = Array.from({ length: folds }, () => ({ size, products: new Float64Array(size * size) }));
  const v = new Float64Array(size);
  fold.forEach((f, row) => {
    columns.forEach((c, j) => void (v[j] = c[row]));
    v[size - 1] = 1;
    addOuter(all[f].products, v);
  });
  for (const { products } of all) {
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) products[i * size + j] = products[j * size + i];
  }
  return all;
}

/** Adds the upper half of v vᵀ: a function of its own, so that its loop is compiled for these types alone. */
function addOuter(products: Float64Array, v: Float64Array): void {
  const size = v.length;
  for (let i = 0; i < size; i++) {
    const vi = v[i];
    const start = i * size;
    for (let j = i; j < size; j++) products[start + j] += vi * v[j];
  }
}

/** Moments of all rows together. */
export function addMoments(parts: readonly Moments[]): Moments {
  const products = new Float64Array(parts[0].products.length);
  for (const part of parts) part.products.forEach((x, i) => void (products[i] += x));
  return { size: parts[0].size, products };
}
