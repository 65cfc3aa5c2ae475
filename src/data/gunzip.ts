import { gunzipSync } from "node:zlib";
import { FileError } from "../base/errors.ts";
import { fileKind } from "./idx.ts";

/**
 * Decompresses a gzip file whose decompressed size is known. Output beyond that size is never allocated.
 * @param where the file's name, for errors
 * @param size  decompressed size in bytes
 * @throws FileError if it is no gzip file, is damaged or cut short, has bytes after its end, or another size
 */
export function gunzip(bytes: Uint8Array, where: string, size: number): Uint8Array {
  const { buffer, engine } = inflate(bytes, where, size);
  if (engine.bytesWritten !== bytes.length) {
    throw new FileError({
      where: `${where}, offset ${engine.bytesWritten}`,
      expected: "the end of the file after the compressed data",
      got: `${bytes.length - engine.bytesWritten} bytes more`,
      fix: AGAIN,
    });
  }
  if (buffer.length !== size) {
    throw new FileError({ where, expected: `${size} bytes when decompressed`, got: String(buffer.length), fix: AGAIN });
  }
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

const AGAIN = "copy or download the file again";

/** With `info`, zlib also tells how much of the input it used; Node's types leave that form out. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function inflate(bytes: Uint8Array, where: string, size: number): Inflated {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    const got = fileKind(bytes) ?? `bytes ${Buffer.from(bytes.subarray(0, 2)).toString("hex")}`;
    throw new FileError({ where: `${where}, offset 0`, expected: "a gzip file (1f 8b)", got, fix: AGAIN });
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: size, info: true }) as unknown as Inflated;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const long = code === "ERR_BUFFER_TOO_LARGE";
    const cut = code === "Z_BUF_ERROR";
    const expected = long ? `${size} bytes when decompressed` : "an undamaged gzip file";
    const got = long ? "more than that" : cut ? `one cut short after ${bytes.length} bytes` : `damage (${message})`;
    throw new FileError({ where, expected, got, fix: AGAIN }, { cause });
  }
}
