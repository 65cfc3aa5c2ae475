/** Below this many points a part of the tree is searched one by one. */
const LEAF = 8;

/**
 * Distance of each point of the plane to its k-th nearest other point in the maximum norm max(|Δx|, |Δy|), by a k-d
 * tree (Bentley 1975): n log n steps also where points crowd. Infinite where there are at most k points.
 */
export function neighbourDistances(x: Float64Array, y: Float64Array, k: number): Float64Array {
  const n = x.length;
  const order = Uint32Array.from(x.keys());
  const splitsY = new Uint8Array(n); // at the middle of each part of the order: whether it is cut by y
  divide(x, y, order, splitsY, 0, n);
  const [px, py] = [new Float64Array(n), new Float64Array(n)];
  order.forEach((i, place) => {
    px[place] = x[i];
    py[place] = y[i];
  });
  const nearest = new Float64Array(k);
  let here = 0;

  const visit = (place: number): void => {
    const distance = Math.max(Math.abs(px[place] - px[here]), Math.abs(py[place] - py[here]));
    if (place === here || distance >= nearest[k - 1]) return;
    let i = k - 1;
    for (; i > 0 && nearest[i - 1] > distance; i--) nearest[i] = nearest[i - 1];
    nearest[i] = distance;
  };
  const search = (from: number, to: number): void => {
    if (to - from <= LEAF) {
      for (let place = from; place < to; place++) visit(place);
      return;
    }
    const middle = (from + to) >>> 1;
    const beyond = splitsY[middle] ? py[here] - py[middle] : px[here] - px[middle];
    if (beyond < 0) search(from, middle);
    else search(middle + 1, to);
    visit(middle);
    if (Math.abs(beyond) >= nearest[k - 1]) return;
    if (beyond < 0) search(middle + 1, to);
    else search(from, middle);
  };

  const distances = new Float64Array(n);
  for (here = 0; here < n; here++) {
    nearest.fill(Number.POSITIVE_INFINITY);
    search(0, n);
    distances[order[here]] = nearest[k - 1];
  }
  return distances;
}

/**
 * Orders a part of the points so that its middle cuts it into a lower and an upper half along the side on which it is
 * longer.
 */
function divide(
  x: Float64Array,
  y: Float64Array,
  order: Uint32Array,
  splitsY: Uint8Array,
  from: number,
  to: number,
): void {
  if (to - from <= LEAF) return;
  const middle = (from + to) >>> 1;
  const byY = extent(y, order, from, to) > extent(x, order, from, to);
  splitsY[middle] = byY ? 1 : 0;
  select(byY ? y : x, order, from, to - 1, middle);
  divide(x, y, order, splitsY, from, middle);
  divide(x, y, order, splitsY, middle + 1, to);
}

function extent(values: Float64Array, order: Uint32Array, from: number, to: number): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let place = from; place < to; place++) {
    const v = values[order[place]];
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return high - low;
}

/**
 * Puts the right point at a place between first and last, smaller ones before it, larger ones after it (Hoare's
 * quickselect).
 */
function select(values: Float64Array, order: Uint32Array, first: number, last: number, place: number): void {
  while (first < last) {
    const pivot = values[order[(first + last) >>> 1]];
    let [i, j] = [first, last];
    while (i <= j) {
      while (values[order[i]] < pivot) i++;
      while (values[order[j]] > pivot) j--;
      if (i > j) break;
      const swapped = order[i];
      order[i++] = order[j];
      order[j--] = swapped;
    }
    if (place <= j) last = j;
    else if (place >= i) first = i;
    else return;
  }
}
