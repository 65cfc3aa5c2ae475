import { FileError, internal } from "../base/errors.ts";

/** The arrays that a file can hold: F32, I64 and U8. */
export type TensorData = Float32Array | BigInt64Array | Uint8Array;

/** A named array's sizes, outermost first, and its elements, row by row. */
export interface StoredTensor {
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** What a file holds. The records have no prototype, so that any name is safe in them. */
export interface StoredTensors {
  readonly tensors: Record<string, { dims: number[]; data: TensorData }>;
  readonly metadata: Record<string, string>;
}

/**
 * The bytes of a safetensors file (https://huggingface.co/docs/safetensors): the header's length, the header in JSON, and
 * the elements, which start at a multiple of eight bytes. Names and metadata keys are sorted, so the same contents give
 * the same bytes.
 * @param metadata free words about the file; none are written if it is empty
 * @throws Error ("internal: …") if a tensor's data disagree with its dims, or one is called "__metadata__"
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const names = Object.keys(tensors).sort();
  const entries: string[] = []; // joined by hand, because an object would put names like "7" first
  if (Object.keys(metadata).length > 0) {
    const pairs = Object.keys(metadata).sort();
    const words = pairs.map((key) => `${JSON.stringify(key)}:${JSON.stringify(metadata[key])}`);
    entries.push(`"${metadataKey}":{${words.join(",")}}`);
  }
  let end = 0;
  for (const name of names) {
    const { dims, data } = tensors[name];
    if (name === metadataKey) internal(`a tensor is called ${metadataKey}`);
    if (product(dims) !== data.length) internal(`tensor "${name}" of shape (${dims}) has ${data.length} elements`);
    const begin = end;
    end += data.byteLength;
    entries.push(
      `${JSON.stringify(name)}:${JSON.stringify({ dtype: dtypeOf(data), shape: dims, data_offsets: [begin, end] })}`,
    );
  }
  const header = new TextEncoder().encode(`{${entries.join(",")}}`);
  const start = Math.ceil((8 + header.length) / 8) * 8;
  const file = new Uint8Array(start + end).fill(0x20, 8 + header.length, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  file.set(header, 8);
  let at = start;
  for (const name of names) {
    const { data } = tensors[name];
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * The tensors and metadata in the bytes of a safetensors file. Data are views of `bytes` where their alignment allows it
 * and copies elsewhere, so the bytes must not change afterwards.
 * @param where names the file in errors
 * @throws FileError unless the header is whole and its tensors cover the rest of the file exactly, without gap or overlap
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): StoredTensors {
  const refuse: Refuse = (expected, got, fix = damaged) => {
    throw new FileError({ where, expected, got, fix });
  };
  const length = headerLength(bytes, refuse);
  const header = parseHeader(bytes.subarray(8, 8 + length), refuse);
  // Not a subarray: part of a Buffer would be a Buffer, whose slice() does not copy.
  const content = new Uint8Array(bytes.buffer, bytes.byteOffset + 8 + length, bytes.length - 8 - length);
  let metadata: Record<string, string> = Object.create(null);
  const spans: Span[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === metadataKey) metadata = readMetadata(entry, refuse);
    else spans.push(readSpan(name, entry, content.length, refuse));
  }
  checkCover(spans, content.length, refuse); // before any copy is made: overlaps could ask for many times the file's size
  const tensors: StoredTensors["tensors"] = Object.create(null);
  for (const span of spans) tensors[span.name] = { dims: span.dims, data: readData(span, content) };
  return { tensors, metadata };
}

const metadataKey = "__metadata__";
const longestHeader = 100_000_000; // bytes; the limit of the reference reader
const damaged = "get or write the file again, it is damaged or of another kind";
const elementBytes: { readonly [dtype: string]: number } = { F32: 4, I64: 8, U8: 1 };

type Refuse = (expected: string, got: string, fix?: string) => never;

/** A tensor's header entry, with offsets in bytes from the start of the data. */
interface Span {
  readonly name: string;
  readonly dtype: string;
  readonly dims: number[];
  readonly begin: number;
  readonly end: number;
}

function dtypeOf(data: TensorData): string {
  return data instanceof Float32Array ? "F32" : data instanceof BigInt64Array ? "I64" : "U8";
}

function product(dims: readonly number[]): number {
  return dims.includes(0) ? 0 : dims.reduce((n, d) => n * d, 1);
}

function headerLength(bytes: Uint8Array, refuse: Refuse): number {
  if (bytes.length < 8) return refuse("a safetensors file of 8 bytes or more", `${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const most = Math.min(bytes.length - 8, longestHeader);
  return length <= most ? Number(length) : refuse(`a header of at most ${most} bytes`, `a length of ${length}`);
}

function parseHeader(bytes: Uint8Array, refuse: Refuse): Record<string, unknown> {
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    return refuse("a header of JSON in UTF-8", show(cause instanceof Error ? cause.message : "something else"));
  }
  if (!isRecord(header) || text[0] !== "{") return refuse("a header that is a JSON object", show(header));
  const twice = repeatedKey(text);
  if (twice !== undefined) refuse("each key of the header once", `${show(twice)} again`);
  return header;
}

/**
 * A key that an object in the text has twice, of which JSON.parse keeps the last and says nothing.
 * @param json text that JSON.parse takes
 */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = []; // keys seen in each object around here
  for (let i = 0; i < json.length; i++) {
    if (json[i] === "{") open.push(new Set());
    else if (json[i] === "}") open.pop();
    else if (json[i] === '"') {
      const start = i++;
      for (; json[i] !== '"'; i++) if (json[i] === "\\") i++;
      let next = i + 1;
      while (json[next] !== undefined && " \t\n\r".includes(json[next])) next++;
      if (json[next] !== ":") continue;
      const key: string = JSON.parse(json.slice(start, i + 1));
      const keys = open[open.length - 1];
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

function readMetadata(entry: unknown, refuse: Refuse): Record<string, string> {
  if (!isRecord(entry)) return refuse(`${metadataKey} that is a JSON object`, show(entry));
  const metadata: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(entry)) {
    metadata[key] = typeof value === "string" ? value : refuse(`text for metadata ${show(key)}`, show(value));
  }
  return metadata;
}

function readSpan(name: string, entry: unknown, length: number, refuse: Refuse): Span {
  const whose = `tensor ${show(name)}`;
  if (!isRecord(entry)) return refuse(`${whose} to be described by a JSON object`, show(entry));
  const { dtype, shape, data_offsets: offsets, ...rest } = entry;
  const [extra] = Object.keys(rest);
  if (extra !== undefined) refuse(`only dtype, shape and data_offsets for ${whose}`, show(extra));
  if (typeof dtype !== "string" || !Object.hasOwn(elementBytes, dtype)) {
    const fix = "convert the tensor to one of these before saving it";
    return refuse(`${whose} of dtype ${Object.keys(elementBytes).join(", ")}`, show(dtype), fix);
  }
  if (!areSizes(shape)) return refuse(`${whose} with a shape of whole numbers, 0 or more`, show(shape));
  if (!areSizes(offsets) || offsets.length !== 2) {
    return refuse(`${whose} with two data offsets, whole numbers of bytes`, show(offsets));
  }
  const [begin, end] = offsets;
  if (begin > end || end > length) {
    refuse(`data offsets of ${whose} in order and within ${length} bytes`, `${begin} to ${end}`);
  }
  const bytes = product(shape) * elementBytes[dtype];
  if (bytes !== end - begin) refuse(`${bytes} bytes for ${whose} of that shape and dtype`, `${end - begin}`);
  return { name, dtype, dims: shape, begin, end };
}

function readData({ dtype, begin, end }: Span, content: Uint8Array): TensorData {
  const bytes = content.subarray(begin, end);
  if (dtype === "U8") return bytes;
  const { buffer, byteOffset } = bytes.byteOffset % elementBytes[dtype] === 0 ? bytes : bytes.slice();
  const elements = bytes.length / elementBytes[dtype];
  return dtype === "F32"
    ? new Float32Array(buffer, byteOffset, elements)
    : new BigInt64Array(buffer, byteOffset, elements);
}

/** Overlaps would let a small file stand for large data, and gaps would hide bytes in it. */
function checkCover(spans: readonly Span[], length: number, refuse: Refuse): void {
  let covered = 0;
  for (const { name, begin, end } of [...spans].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) refuse(`tensor ${show(name)} to start at byte ${covered} of the data`, String(begin));
    covered = end;
  }
  if (covered !== length) refuse(`tensors that cover all ${length} bytes of data`, `${covered} bytes`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** A value from the file for an error, cut to a line's length. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length} (${value.slice(0, 8).map(brief).join(", ")})`;
  return brief(value);
}

function brief(value: unknown): string {
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : String(value);
  return value === undefined ? "nothing" : text;
}
