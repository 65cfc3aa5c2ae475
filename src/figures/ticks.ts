/**
 * Ticks at multiples of 1, 2 or 5 times a power of ten within [low, high], about `count` of them or fewer, but two at least.
 * @param whole keep to whole numbers (epochs, counts)
 */
export function linearTicks(low: number, high: number, count: number, whole = false): number[] {
  const step = tickStep(low, high, count, whole);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Dividing by a whole number where the step is a fraction keeps 0.3 from becoming 0.30000000000000004.
  const inverse = step < 1 ? Math.round(1 / step) : 0;
  if (last - first < 1 && count < 9) return linearTicks(low, high, count + 1, whole);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    inverse > 0 ? (first + i) / inverse : (first + i) * step,
  ).map((tick) => tick + 0); // −0 becomes 0
}

/** [low, high] widened to the next ticks. A single value is widened to both sides. */
export function niceDomain(low: number, high: number, count: number): [number, number] {
  const [a, b] = apart(low, high);
  const step = tickStep(a, b, count, false);
  return [Math.floor(a / step + 1e-9) * step, Math.ceil(b / step - 1e-9) * step];
}

/** The same bounds, or, where they coincide, one a little below and one a little above. */
export function apart(low: number, high: number): [number, number] {
  if (low < high) return [low, high];
  const margin = Math.abs(low) > 0 ? Math.abs(low) / 10 : 1;
  return [low - margin, low + margin];
}

/** Powers of ten within [low, high], thinned to `count`; if there are fewer than three, multiples by 2 and 5 as well. */
export function logTicks(low: number, high: number, count: number): number[] {
  const exponents = linearTicks(Math.log10(low), Math.log10(high), count, true);
  if (exponents.length >= 3) return exponents.map((e) => 10 ** e);
  const ticks: number[] = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) {
    for (const m of [1, 2, 5]) {
      const tick = e < 0 ? m / 10 ** -e : m * 10 ** e;
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks.length >= 2 ? ticks : linearTicks(low, high, count);
}

/**
 * Labels for the ticks of one axis: equally many decimals, a comma between thousands, a true minus sign; powers of ten
 * where plain digits would run long.
 */
export function formatTicks(ticks: readonly number[]): string[] {
  const largest = Math.max(...ticks.map(Math.abs));
  const places = Math.max(...ticks.map(decimals));
  if (largest < 1e6 && places <= 4) return ticks.map((tick) => formatNumber(tick, places));
  const exponent = Math.floor(Math.log10(largest) + 1e-9);
  const scaled = ticks.map((tick) => Number((tick / 10 ** exponent).toPrecision(12)));
  const digits = Math.min(3, Math.max(...scaled.map(decimals)));
  return ticks.map((tick, i) => {
    if (tick === 0) return "0";
    const text = formatNumber(scaled[i], digits);
    return `${text}×10${superscript(exponent)}`;
  });
}

/** Labels for a logarithmic axis, each with no more digits than it needs. */
export function formatLogTicks(ticks: readonly number[]): string[] {
  return ticks.map((tick) => {
    if (tick >= 1e-3 && tick < 1e5) return formatNumber(tick, Math.min(6, decimals(tick)));
    const exponent = Math.floor(Math.log10(tick) + 1e-9);
    const factor = Number((tick / 10 ** exponent).toPrecision(6));
    return `${factor === 1 ? "" : `${factor}×`}10${superscript(exponent)}`;
  });
}

/** A number for people: fixed decimals, a comma between thousands, U+2212 as minus. */
export function formatNumber(value: number, places: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  const [whole, fraction] = Math.abs(value).toFixed(places).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const text = fraction ? `${grouped}.${fraction}` : grouped;
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** Digits after the point that the shortest form of a number has, counted without an exponent. */
function decimals(value: number): number {
  const [mantissa, exponent = "0"] = String(Number(value.toPrecision(12))).split("e");
  return Math.max(0, (mantissa.split(".")[1]?.length ?? 0) - Number(exponent));
}

function tickStep(low: number, high: number, count: number, whole: boolean): number {
  const raw = (high - low) / Math.max(1, count);
  if (!(raw > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(raw) + 1e-12);
  const factor = [1, 2, 5, 10].find((f) => f * power >= raw * (1 - 1e-9))!;
  const step = Number((factor * power).toPrecision(3));
  return whole ? Math.max(1, Math.round(step)) : step;
}

function superscript(n: number): string {
  return [...String(n)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("");
}
