import { ShapeError, UsageError } from "../base/errors.ts";
import type { Picture } from "./png.ts";

export interface GridOptions {
  /** Rows of one image, pixels. */
  readonly height: number;
  /** Columns of one image, pixels. */
  readonly width: number;
  /** 1 for grey (the default), 3 for red, green, blue; innermost in the data. */
  readonly channels?: 1 | 3;
  /** Images side by side. As square as can be unless given. */
  readonly columns?: number;
  /** Each pixel becomes a square of scale × scale, never blurred. Whole, 2 unless given. */
  readonly scale?: number;
  /** Space between images, in pixels of the result. Whole, 2 unless given. */
  readonly gap?: number;
  /** Grey level in [0, 1] of the gaps and of cells without an image. White unless given; light grey under invert. */
  readonly background?: number;
  /** Ink on paper: 1 is drawn black and 0 white. By default 1 is white. */
  readonly invert?: boolean;
}

/**
 * Images in reading order on a grid.
 * @param images count × height × width (× channels), values in [0, 1]; beyond that they are clipped, and NaN is drawn as 0
 * @throws ShapeError if the data are not a whole number of images, or none; UsageError for a size that is not whole
 */
export function imageGrid(images: Float32Array, options: GridOptions): Picture {
  const { height, width, channels = 1, scale = 2, gap = 2, invert = false } = options;
  const { background = invert ? 0.85 : 1 } = options;
  const count = images.length / (height * width * channels);
  if (!Number.isInteger(count) || count < 1) {
    throw new ShapeError({
      where: "imageGrid",
      expected: `a whole number of images of ${height} × ${width} × ${channels}, at least one`,
      got: `${images.length} values`,
      fix: "check height, width and channels against the array",
    });
  }
  const columns = options.columns ?? Math.ceil(Math.sqrt(count));
  for (const [name, value, least] of [
    ["columns", columns, 1],
    ["scale", scale, 1],
    ["gap", gap, 0],
  ] as const) {
    if (!Number.isInteger(value) || value < least) {
      throw new UsageError({
        where: `imageGrid, ${name}`,
        expected: `a whole number, ${least} or more`,
        got: String(value),
        fix: `give ${name} in whole pixels or images`,
      });
    }
  }

  const stepX = width * scale + gap;
  const stepY = height * scale + gap;
  const outWidth = columns * stepX - gap;
  const outHeight = Math.ceil(count / columns) * stepY - gap;
  const data = new Uint8Array(outWidth * outHeight * channels).fill(toByte(background));
  for (let k = 0; k < count; k++) {
    const top = Math.floor(k / columns) * stepY;
    const left = (k % columns) * stepX;
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const from = ((k * height + Math.floor(y / scale)) * width + Math.floor(x / scale)) * channels;
        const to = ((top + y) * outWidth + left + x) * channels;
        for (let c = 0; c < channels; c++) {
          const byte = toByte(images[from + c]);
          data[to + c] = invert ? 255 - byte : byte;
        }
      }
    }
  }
  return { width: outWidth, height: outHeight, channels, data };
}

/**
 * Several rows of images, one below the other, as one array for `imageGrid` with `columns` images a row:
 * inputs above their reconstructions, say.
 * @throws ShapeError if the rows differ in length
 */
export function stackRows(rows: readonly Float32Array[]): Float32Array {
  const length = rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== length);
  if (odd >= 0) {
    throw new ShapeError({
      where: `stackRows, row ${odd}`,
      expected: `${length} values, as in row 0`,
      got: String(rows[odd].length),
      fix: "give each row the same number of images",
    });
  }
  const out = new Float32Array(rows.length * length);
  for (const [i, row] of rows.entries()) out.set(row, i * length);
  return out;
}

/** [0, 1] to 0 … 255, clipped. */
function toByte(value: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, value || 0)));
}
