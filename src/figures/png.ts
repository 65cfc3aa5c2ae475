import { encode } from "fast-png";
import { ShapeError } from "../base/errors.ts";

/** Pixels, 8 bits each: rows from the top, pixels from the left, channels innermost. */
export interface Picture {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** 1 is grey (0 black, 255 white), 3 is red, green, blue. */
  readonly channels: 1 | 3;
  /** height × width × channels. */
  readonly data: Uint8Array;
}

/** The bytes of a PNG file (lossless). @throws ShapeError if there are more or fewer data than width, height and channels say */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height, channels, data } = picture;
  if (!(width >= 1 && height >= 1) || data.length !== width * height * channels) {
    throw new ShapeError({
      where: "encodePng",
      expected: `height ${height} × width ${width} × ${channels} channels, at least one pixel`,
      got: `${data.length} bytes`,
      fix: "check the width and height given with the pixels",
    });
  }
  return encode({ width, height, channels, depth: 8, data });
}

/** A PNG as a `data:` address that an `img` or an SVG `image` can show without a file beside it. */
export function pngDataUri(bytes: Uint8Array): string {
  return `data:image/png;base64,${base64(bytes)}`;
}

/** A GIF as a `data:` address. */
export function gifDataUri(bytes: Uint8Array): string {
  return `data:image/gif;base64,${base64(bytes)}`;
}

/** SVG text as a `data:` address. */
export function svgDataUri(svg: string): string {
  return `data:image/svg+xml;base64,${base64(new TextEncoder().encode(svg))}`;
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  const chunk = 0x2000; // as many arguments as any engine takes in one call
  for (let i = 0; i < bytes.length; i += chunk) binary += String.fromCharCode(...bytes.subarray(i, i + chunk));
  return btoa(binary);
}
