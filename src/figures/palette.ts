/**
 * Ten colours for categories that stay apart under the common colour vision deficiencies: the ten-colour cycle of Petroff
 * 2021, arXiv:2107.02270, reordered so that the ones with enough contrast for a thin line on white come first.
 */
export const PALETTE: readonly string[] = [
  "#3f90da",
  "#e76300",
  "#832db6",
  "#bd1f01",
  "#717581",
  "#a96b59",
  "#ffa90e",
  "#94a4a2",
  "#b9ac70",
  "#92dadd",
];

/** The colour of category i; the cycle repeats after ten. */
export function colorOf(i: number): string {
  return PALETTE[i % PALETTE.length];
}

/** Red, green and blue, 0 to 255, of "#rrggbb" or "rgb(r, g, b)". */
export function channelsOf(color: string): number[] {
  return color.startsWith("#")
    ? [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16))
    : (color.match(/\d+/g) ?? []).slice(0, 3).map(Number);
}

/** Relative luminance in [0, 1] of "#rrggbb" or "rgb(r, g, b)", as the Web Content Accessibility Guidelines 2.1 define it. */
export function luminance(color: string): number {
  const [r, g, b] = channelsOf(color).map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast ratio of two colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
