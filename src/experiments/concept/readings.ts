import type { PixelNoise } from "../../analyses/concepts/pixel-noise.ts";

/** Both readings of "the image intensities of the selected pixels were swapped". */
export const readings: readonly PixelNoise[] = ["invert", "permute"];

/** As in "pixels inverted". */
export const readingNames: Readonly<Record<PixelNoise, string>> = { invert: "inverted", permute: "exchanged" };
