import { ShapeError } from "../base/errors.ts";
import { element } from "./escape.ts";
import { imageGrid } from "./image-grid.ts";
import { encodePng, pngDataUri } from "./png.ts";

/** Pictures that stand above a chart, each over its time on the x axis. */
export interface Film {
  /** time × height × width, grey levels in [0, 1], for x = 0, 1, 2, … */
  readonly images: Float32Array;
  readonly height: number;
  readonly width: number;
}

export interface FilmLayout {
  /** Pixels that the pictures need, with the space below them. */
  readonly height: number;
  /** SVG markup. @param place the pixel of a time @param top where the pictures begin, pixels */
  draw(place: (time: number) => number, top: number): string;
}

/** Widest picture, pixels: half of it reaches beyond the last time, and charts have no more room there. */
const WIDEST = 44;

/**
 * Lays out a film whose pictures do not touch.
 * @param step pixels from one time to the next
 * @throws ShapeError unless the pictures are whole
 */
export function layOutFilm({ images, height, width }: Film, step: number): FilmLayout {
  const size = height * width;
  const times = images.length / size;
  if (!Number.isInteger(times)) {
    throw new ShapeError({
      where: "film above a chart",
      expected: `whole pictures of ${height} × ${width}`,
      got: `${images.length} values`,
      fix: "give one picture for each time",
    });
  }
  const across = Math.max(1, Math.min(4 * width, WIDEST, Math.floor(step) - 2));
  const up = Math.round((across * height) / width);
  return {
    height: up + 8,
    draw: (place, top) =>
      Array.from({ length: times }, (_, t) => {
        const picture = imageGrid(images.subarray(t * size, (t + 1) * size), { height, width, columns: 1, scale: 1 });
        return element("image", {
          x: Number((place(t) - across / 2).toFixed(2)),
          y: top,
          width: across,
          height: up,
          href: pngDataUri(encodePng(picture)),
          style: across >= width ? "image-rendering: pixelated" : undefined,
        });
      }).join("\n"),
  };
}
