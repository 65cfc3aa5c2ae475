import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { FileError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import type { FigureImage } from "../figures/page.ts";
import { encodePng } from "../figures/png.ts";
import { svgToPng } from "./svg-to-png.ts";

/** What is wanted of files of figures. */
export interface FigureFileOptions {
  /** Write each SVG as PNG too, at twice its size. */
  readonly png?: boolean;
}

/**
 * Writes a figure, with the ending that its kind has.
 * @param path without ending
 * @returns the paths of the files, the figure's own first
 */
export async function writeFigureFile(
  path: string,
  image: FigureImage,
  { png = false }: FigureFileOptions = {},
): Promise<string[]> {
  const files: [ending: string, bytes: Uint8Array | string][] = [fileOf(image)];
  if (png && "svg" in image) files.push(["png", await svgToPng(image.svg)]);
  return files.map(([ending, bytes]) => {
    writeFileAtomic(`${path}.${ending}`, bytes);
    return `${path}.${ending}`;
  });
}

function fileOf(image: FigureImage): [ending: string, bytes: Uint8Array | string] {
  if ("svg" in image) return ["svg", image.svg];
  if ("gif" in image) return ["gif", image.gif];
  return ["png", "png" in image ? image.png : encodePng(image.picture)];
}

/** A figure as it was written. @throws FileError if the file is not there, or is none of ours */
export function readFigureFile(path: string, fix: string): FigureImage {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch {
    throw new FileError({ where: path, expected: "a figure", got: "no such file", fix });
  }
  const ending = extname(path);
  if (ending === ".svg") return { svg: new TextDecoder().decode(bytes) };
  if (ending === ".gif") return { gif: bytes };
  if (ending === ".png") return { png: bytes };
  throw new FileError({ where: path, expected: "a figure (.svg, .gif, .png)", got: `"${ending}"`, fix });
}
