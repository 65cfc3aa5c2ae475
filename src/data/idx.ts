import { FileError } from "../base/errors.ts";

/** The contents of an IDX file of bytes: sizes of the axes, outermost first, and the elements as a view into the file. */
export interface Idx {
  readonly dims: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes, the format of MNIST: bytes 00 00 08 n, n sizes as big-endian 32-bit numbers, then the
 * elements. Nothing is allocated: `data` is a view.
 * @param bytes the decompressed file
 * @param where the file's name, for errors
 * @param expect dims: number of axes (3 for images, 1 for labels)
 * @throws FileError, naming the offset, if it is another kind of file, cut short, too long, or has sizes that do not fit
 */
export function readIdx(bytes: Uint8Array, where: string, expect: { readonly dims: number }): Idx {
  const n = expect.dims;
  const wanted = `an IDX file of bytes with ${axes(n)} (it begins with ${hex([0, 0, 8, n])})`;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 8 || bytes[3] !== n) {
    throw refused(where, 0, wanted, seen(bytes, n), remedy(bytes, n));
  }
  const header = 4 + 4 * n;
  if (bytes.length < header) {
    throw refused(where, bytes.length, `a header of ${header} bytes`, `only ${bytes.length} bytes`, CUT);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dims = Array.from({ length: n }, (_, i) => view.getUint32(4 + 4 * i));
  const empty = dims.indexOf(0);
  if (empty >= 0) {
    throw refused(where, 4 + 4 * empty, `a size of 1 or more on axis ${empty + 1} of ${n}`, "0", DAMAGED);
  }
  const size = dims.reduce((a, b) => a * b, 1); // may exceed 2⁵³ and lose digits; then it exceeds every file as well
  const room = bytes.length - header;
  if (size > room) {
    const got = `${room} bytes: the file is cut short, or the sizes at offset 4 are damaged`;
    throw refused(where, bytes.length, `${dims.join(" × ")} = ${size} bytes after the header`, got, CUT);
  }
  if (size < room) {
    const got = `${room - size} bytes more`;
    throw refused(where, header + size, `the end of the file after ${dims.join(" × ")} elements`, got, DAMAGED);
  }
  return { dims, data: bytes.subarray(header) };
}

/**
 * Reads an IDX file of pictures.
 * @returns (count, height, width) bytes
 * @throws FileError as readIdx, or if the pictures have another size or another count
 */
export function readImages(
  bytes: Uint8Array,
  where: string,
  expect: { readonly height: number; readonly width: number; readonly count?: number },
): Uint8Array {
  const { dims, data } = readIdx(bytes, where, { dims: 3 });
  const [count, height, width] = dims;
  if (height !== expect.height || width !== expect.width) {
    const wanted = `pictures of ${expect.height} × ${expect.width} pixels`;
    throw refused(where, 8, wanted, `${height} × ${width}`, DAMAGED);
  }
  if (expect.count !== undefined && count !== expect.count) {
    throw refused(where, 4, `${expect.count} pictures`, String(count), DAMAGED);
  }
  return data;
}

/**
 * Reads an IDX file of labels.
 * @param expect count: number of pictures the labels belong to; classes: labels are 0…classes−1
 * @returns (count) bytes
 * @throws FileError as readIdx, or if there is not one label for each picture, or one is no class
 */
export function readLabels(
  bytes: Uint8Array,
  where: string,
  expect: { readonly count: number; readonly classes: number },
): Uint8Array {
  const { dims, data } = readIdx(bytes, where, { dims: 1 });
  if (dims[0] !== expect.count) {
    throw refused(where, 4, `${expect.count} labels, one for each picture`, String(dims[0]), PAIRED);
  }
  const stray = data.findIndex((label) => label >= expect.classes);
  if (stray >= 0) {
    throw refused(where, 8 + stray, `a label from 0 to ${expect.classes - 1}`, String(data[stray]), DAMAGED);
  }
  return data;
}

/** What the first bytes of a file tell about its kind, in words, or undefined. Also used where a download went wrong. */
export function fileKind(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "an empty file";
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "a gzip file";
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 200)).replace(/^(ï»¿)?\s*/, "");
  if (/^<(!doctype|html|head|body)/i.test(start)) return "an HTML page (a login or error page, perhaps)";
  if (/^<\?xml|^<error/i.test(start)) return "an XML page (an error message, perhaps)";
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return "a zip archive";
  if (start.startsWith("version https://git-lfs")) return "a Git LFS pointer, not the file itself";
  return undefined;
}

const CUT = "copy or download the file again";
const DAMAGED = "the file is damaged or of another data set: copy or download it again";
const PAIRED = "take images and labels from the same data set and split";

function seen(bytes: Uint8Array, n: number): string {
  const first = hex(bytes.subarray(0, 4));
  const kind = fileKind(bytes);
  if (kind) return bytes.length === 0 ? kind : `${kind} (it begins with ${first})`;
  if (bytes.length < 4) return `only ${bytes.length} bytes`;
  const [a, b, type, d] = bytes;
  if (a === n && b === 8 && type === 0 && d === 0) return `${first}, the same in reversed byte order`;
  if (a !== 0 || b !== 0) return first;
  if (type === 8 && d === 3) return `${first}, a file of images: images and labels seem to be swapped`;
  if (type === 8 && d === 1) return `${first}, a file of labels: images and labels seem to be swapped`;
  if (type === 8) return `${first}, an IDX file with ${axes(d)}`;
  return TYPES[type] ? `${first}, an IDX file of ${TYPES[type]}` : first;
}

function remedy(bytes: Uint8Array, n: number): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return "decompress it (gunzip), or let its name end in .gz";
  if (bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 8 && bytes[3] === 4 - n) return "exchange the two files";
  return CUT;
}

const TYPES: Record<number, string> = {
  9: "signed bytes",
  11: "16-bit integers",
  12: "32-bit integers",
  13: "32-bit floats",
  14: "64-bit floats",
};

function axes(n: number): string {
  return n === 1 ? "one axis" : `${n} axes`;
}

function hex(bytes: ArrayLike<number>): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(" ");
}

function refused(where: string, offset: number, expected: string, got: string, fix: string): FileError {
  return new FileError({ where: `${where}, offset ${offset}`, expected, got, fix });
}
