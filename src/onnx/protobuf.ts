/**
 * The wire format of protobuf (https://protobuf.dev/programming-guides/encoding/): numbered fields, with nothing in them of ONNX.
 * encode.ts writes messages with Writer, decode.ts reads them with Message.
 */
import { FileError, internal } from "../base/errors.ts";

/** How a field's value is laid out. */
export const Wire = { varint: 0, eight: 1, bytes: 2, four: 5 } as const;
export type Wire = (typeof Wire)[keyof typeof Wire];

const deepest = 32; // messages inside messages; a graph in a graph takes three
const damaged = "get or write the file again, it is damaged or of another kind";
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const encoder = new TextEncoder();

interface OpenFile {
  readonly where: string;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** The message that a whole file is, for reading. @param where names the file in errors */
export function openMessage({ buffer, byteOffset, length }: Uint8Array, where: string): Message {
  const bytes = new Uint8Array(buffer, byteOffset, length); // parts of a Buffer would be Buffers, whose slice() is a view
  return new Message({ where, bytes, view: new DataView(buffer, byteOffset, length) }, 0, length, 0);
}

/** A protobuf message, read field by field: `next()` finds one, and one of the other methods takes its value. */
export class Message {
  /** Number of the field that `next()` found. */
  field = 0;
  private wire = 0;
  private tag: number; // offsets of the field's tag, and of its value's first byte and end
  private from = 0;
  private to: number;
  private readonly file: OpenFile;
  private readonly start: number;
  private readonly end: number;
  private readonly depth: number;

  constructor(file: OpenFile, start: number, end: number, depth: number) {
    this.file = file;
    this.start = start;
    this.end = end;
    this.depth = depth;
    this.tag = start;
    this.to = start;
  }

  /** Goes to the next field; false at the end. A value that is not taken has still been measured, and is skipped. */
  next(): boolean {
    this.tag = this.to;
    if (this.tag === this.end) {
      this.tag = this.start; // what is missing is missing from the message
      return false;
    }
    this.from = this.varintEnd(this.tag, this.end);
    const tag = this.unsignedAt(this.tag);
    this.field = Math.floor(tag / 8);
    this.wire = tag % 8;
    if (this.field < 1 || this.field >= 2 ** 29) this.refuse("a field number from 1 to 2^29 − 1", String(this.field));
    if (this.wire === Wire.bytes) {
      const length = this.unsignedAt(this.from);
      this.from = this.varintEnd(this.from, this.end);
      const left = this.end - this.from;
      if (length > left) this.refuse(`a field of at most ${left} bytes, which is what is left`, `one of ${length}`);
      this.to = this.from + length;
    } else {
      this.to = this.valueEnd(this.wire, this.from, this.end);
    }
    return true;
  }

  /** Back to before the first field. */
  rewind(): void {
    this.to = this.start;
  }

  int(): number {
    this.expect(Wire.varint);
    return this.intAt(this.from);
  }

  /** A whole number ≥ 0. */
  size(): number {
    this.expect(Wire.varint);
    return this.sizeAt(this.from);
  }

  float(): number {
    this.expect(Wire.four);
    return this.floatAt(this.from);
  }

  bytes(): Uint8Array {
    this.expect(Wire.bytes);
    return this.file.bytes.subarray(this.from, this.to);
  }

  text(): string {
    try {
      return decoder.decode(this.bytes());
    } catch (cause) {
      if (cause instanceof FileError) throw cause;
      return this.refuse("text in UTF-8", "other bytes");
    }
  }

  message(): Message {
    this.expect(Wire.bytes);
    if (this.depth === deepest) this.refuse(`messages nested at most ${deepest} deep`, "more");
    return new Message(this.file, this.from, this.to, this.depth + 1);
  }

  /** A message that must not have been seen before. */
  only(seen: unknown): Message {
    if (seen !== undefined) this.refuse("this field once", "the field again");
    return this.message();
  }

  /** Visits the offset of each element of a repeated number, be they in one run (packed) or a field each. */
  each(wire: Wire, visit: (at: number) => void): void {
    if (this.wire !== wire) this.expect(Wire.bytes);
    for (let at = this.from; at < this.to; ) {
      const next = this.valueEnd(wire, at, this.to);
      visit(at);
      at = next;
    }
  }

  intAt(at: number): number {
    const near = this.unsignedAt(at);
    if (Number.isSafeInteger(near)) return near;
    const exact = this.bigAt(at); // a negative number looks like one of 2^63 or more
    const value = Number(exact);
    return Number.isSafeInteger(value) ? value : this.refuse("a whole number between ±2^53", String(exact));
  }

  sizeAt(at: number): number {
    const value = this.intAt(at);
    return value >= 0 ? value : this.refuse("a size of 0 or more", String(value));
  }

  floatAt(at: number): number {
    return this.file.view.getFloat32(at, true);
  }

  doubleAt(at: number): number {
    return this.file.view.getFloat64(at, true);
  }

  /** The 64-bit signed number at a varint whose end has been found. */
  bigAt(at: number): bigint {
    let value = 0n;
    for (let i = 0; ; i++) {
      const byte = this.file.bytes[at + i];
      value |= BigInt(byte & 127) << BigInt(7 * i);
      if (byte < 128) return BigInt.asIntN(64, value);
    }
  }

  refuse(expected: string, got: string, fix = damaged): never {
    throw new FileError({ where: this.file.where, expected, got: `${got} (at byte ${this.tag})`, fix });
  }

  /** Exact below 2^53, near above. */
  private unsignedAt(at: number): number {
    const end = this.varintEnd(at, this.end);
    let value = 0;
    for (let i = end - 1; i >= at; i--) value = value * 128 + (this.file.bytes[i] & 127);
    return value;
  }

  private valueEnd(wire: number, at: number, limit: number): number {
    if (wire === Wire.varint) return this.varintEnd(at, limit);
    if (wire !== Wire.eight && wire !== Wire.four) this.refuse("wire type 0, 1, 2 or 5", `wire type ${wire}`);
    const end = at + (wire === Wire.eight ? 8 : 4);
    return end <= limit ? end : this.refuse(`a number of ${end - at} bytes`, `${limit - at}`);
  }

  private varintEnd(at: number, limit: number): number {
    for (let i = 0; i < 10; i++) {
      if (at + i >= limit) this.refuse("a whole number", "the end in the midst of one");
      const byte = this.file.bytes[at + i];
      if (byte < 128) return i < 9 || byte < 2 ? at + i + 1 : this.refuse("a number of 64 bits", "a larger one");
    }
    return this.refuse("a number of at most ten bytes", "a longer one");
  }

  private expect(wire: Wire): void {
    if (this.wire !== wire) this.refuse(`field ${this.field} with wire type ${wire}`, `wire type ${this.wire}`);
  }
}

/** A name for an error, cut to a line's length. */
export function quote(name: string): string {
  return name.length > 60 ? `"${name.slice(0, 60)}…"` : `"${name}"`;
}

/** A growing buffer of protobuf fields. */
export class Writer {
  private buffer: Uint8Array;
  private length = 0;

  constructor(capacity: number) {
    this.buffer = new Uint8Array(capacity);
  }

  int(field: number, value: number): void {
    if (!Number.isSafeInteger(value)) internal(`field ${field} takes a whole number below 2^53, not ${value}`);
    this.varint(field * 8);
    this.varint(value);
  }

  float(field: number, value: number): void {
    this.varint(field * 8 + 5);
    this.reserve(4);
    new DataView(this.buffer.buffer).setFloat32(this.length, value, true);
    this.length += 4;
  }

  text(field: number, value: string): void {
    this.bytes(field, encoder.encode(value));
  }

  /** For single fields, where an absent string reads as an empty one. */
  textUnlessEmpty(field: number, value: string): void {
    if (value !== "") this.text(field, value);
  }

  bytes(field: number, value: Uint8Array): void {
    this.varint(field * 8 + 2);
    this.varint(value.length);
    this.reserve(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
  }

  /**
   * A message inside this one, whose fields `body` writes. Its length comes first but is known last, so room is left for
   * it; the message is moved only if that room proves too small.
   * @param atLeast what the length will surely reach: megabytes of constants then stay where they were first written
   */
  message(field: number, body: () => void, atLeast = 0): void {
    this.varint(field * 8 + 2);
    const head = this.length;
    const room = varintBytes(atLeast);
    this.reserve(room);
    this.length += room;
    body();
    const start = head + room;
    const size = this.length - start;
    const shift = varintBytes(size) - room;
    this.reserve(shift);
    if (shift > 0) this.buffer.copyWithin(start + shift, start, this.length);
    this.length = head;
    this.varint(size);
    this.length += size;
  }

  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  /** Seven bits a byte, lowest first; a negative number as its 64-bit two's complement, which takes ten bytes. */
  private varint(value: number): void {
    this.reserve(10);
    if (value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 127n; rest >>= 7n) this.buffer[this.length++] = Number(rest & 127n) | 128;
      this.buffer[this.length++] = Number(rest);
    } else {
      let rest = value;
      for (; rest > 127; rest = Math.floor(rest / 128)) this.buffer[this.length++] = (rest % 128) | 128;
      this.buffer[this.length++] = rest;
    }
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(this.length + bytes, this.buffer.length * 2));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
