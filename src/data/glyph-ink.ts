/** A pen line in pixels: corner points of a polyline, flat (x0, y0, x1, y1, …), and the pen's radius at each. */
export interface PenLine {
  readonly points: Float64Array;
  readonly radii: Float64Array;
}

/**
 * Draws pen lines: a pixel's ink falls off with the distance of its centre from the line's edge.
 * @param soft   width of the grey edge in pixels, > 0
 * @param level  grey level of full ink, up to 255
 * @param out    (height, width) bytes, row by row; keeps the darker of what is there and what is drawn
 */
export function drawInk(lines: readonly PenLine[], soft: number, level: number, out: Uint8Array, width: number): void {
  const height = out.length / width;
  for (const { points, radii } of lines) {
    for (let i = 0; i + 1 < radii.length; i++) {
      const x0 = points[2 * i];
      const y0 = points[2 * i + 1];
      const dx = points[2 * i + 2] - x0;
      const dy = points[2 * i + 3] - y0;
      const r0 = radii[i];
      const dr = radii[i + 1] - r0;
      const square = dx * dx + dy * dy;
      const reach = Math.max(r0, r0 + dr) + soft / 2;
      // Only pixels whose centre (column + ½, row + ½) lies within reach of the segment's box can receive ink.
      const left = Math.max(0, Math.ceil(Math.min(x0, x0 + dx) - reach - 0.5));
      const right = Math.min(width - 1, Math.floor(Math.max(x0, x0 + dx) + reach - 0.5));
      const top = Math.max(0, Math.ceil(Math.min(y0, y0 + dy) - reach - 0.5));
      const bottom = Math.min(height - 1, Math.floor(Math.max(y0, y0 + dy) + reach - 0.5));
      for (let row = top; row <= bottom; row++) {
        for (let column = left; column <= right; column++) {
          const px = column + 0.5 - x0;
          const py = row + 0.5 - y0;
          const t = square > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / square)) : 0;
          const distance = Math.sqrt((px - t * dx) ** 2 + (py - t * dy) ** 2);
          const cover = (r0 + t * dr - distance) / soft + 0.5; // ½ on the edge itself
          if (cover <= 0) continue;
          const ink = Math.round(level * (cover < 1 ? cover * cover * (3 - 2 * cover) : 1));
          const at = row * width + column;
          if (ink > out[at]) out[at] = ink;
        }
      }
    }
  }
}
