/** The number that differs from x by whole turns and lies in [−c/2, c/2), for a circle of circumference c. With c = ∞, x itself. */
export function wrapped(x: number, circumference: number): number {
  return circumference === Infinity ? x : x - circumference * Math.round(x / circumference);
}

/** a − b the short way round: in [−c/2, c/2). */
export function wrappedDifference(a: number, b: number, circumference: number): number {
  return wrapped(a - b, circumference);
}

/** Mean of the squared short-way distances between two lists of equal length; pairs with a NaN are left out. */
export function meanSquaredDistance(a: ArrayLike<number>, b: ArrayLike<number>, circumference: number): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const d = wrappedDifference(a[i], b[i], circumference);
    if (Number.isNaN(d)) continue;
    sum += d * d;
    count++;
  }
  return sum / count;
}
