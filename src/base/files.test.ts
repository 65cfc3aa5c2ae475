import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fullAt as diskFullAt } from "../../test/full-disk.ts";
import { FileError } from "./errors.ts";
import { type Disk, unwritable, writeFileAtomic, writeFolderAtomic } from "./files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "helmholtz-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Counts writes, flushes and renames; writes take 4 bytes at most. */
const fullAt = (failing: number) => diskFullAt(failing, { most: 4 });

const read = (...path: string[]): string => readFileSync(join(folder, ...path), "utf8");

describe("a file", () => {
  const write = (on?: Disk): void => writeFileAtomic(join(folder, "deep", "file"), "new numbers", on);

  test("is written with its folders, and written over, in as many parts as the disk takes", () => {
    write();
    expect(read("deep", "file")).toBe("new numbers");
    writeFileAtomic(join(folder, "deep", "file"), Uint8Array.of(65, 66, 67, 68, 69, 70), fullAt(-1).on);
    expect(read("deep", "file")).toBe("ABCDEF");
    expect(readdirSync(join(folder, "deep"))).toEqual(["file"]);
  });

  test("takes five calls: three writes of four bytes, a flush, a rename", () => {
    const { on, calls } = fullAt(-1);
    write(on);
    expect(calls()).toBe(5);
  });

  test.each([0, 1, 2, 3, 4])(
    "on a disk that is full at call %d, is a FileError; the old content stays and nothing else",
    (failing) => {
      mkdirSync(join(folder, "deep"));
      writeFileSync(join(folder, "deep", "file"), "old");
      expect(() => write(fullAt(failing).on)).toThrow(FileError);
      expect(() => write(fullAt(failing).on)).toThrow(
        /deep.file: expected a place that can be written, got a full disk \(ENOSPC\)/,
      );
      expect(read("deep", "file")).toBe("old");
      expect(readdirSync(join(folder, "deep"))).toEqual(["file"]);
    },
  );

  test.each([0, 3, 4])("that was not there is not there after a failure at call %d", (failing) => {
    expect(() => write(fullAt(failing).on)).toThrow(FileError);
    expect(readdirSync(join(folder, "deep"))).toEqual([]);
  });
});

describe("a folder", () => {
  const write = (on?: Disk): void => writeFolderAtomic(join(folder, "run", "step"), { a: "alpha", b: "beta" }, on);
  const old = (): void => {
    mkdirSync(join(folder, "run", "step"), { recursive: true });
    writeFileSync(join(folder, "run", "step", "a"), "old");
  };

  test("is written whole, and replaces the one that was there, files and all", () => {
    old();
    writeFileSync(join(folder, "run", "step", "gone"), "");
    write();
    expect(readdirSync(join(folder, "run"))).toEqual(["step"]);
    expect(readdirSync(join(folder, "run", "step"))).toEqual(["a", "b"]);
    expect([read("run", "step", "a"), read("run", "step", "b")]).toEqual(["alpha", "beta"]);
  });

  test("takes six calls to make and seven to replace: three writes, two flushes, then the renames", () => {
    const [first, second] = [fullAt(-1), fullAt(-1)];
    write(first.on);
    write(second.on);
    expect([first.calls(), second.calls()]).toEqual([6, 7]);
  });

  test.each([0, 1, 2, 3, 4, 5])(
    "on a disk that is full at call %d of making it, is a FileError and leaves nothing",
    (failing) => {
      expect(() => write(fullAt(failing).on)).toThrow(FileError);
      expect(readdirSync(join(folder, "run"))).toEqual([]);
    },
  );

  test.each([0, 1, 2, 3, 4, 5])(
    "on a disk that is full at call %d of replacing it, leaves the old one and nothing else",
    (failing) => {
      old();
      expect(() => write(fullAt(failing).on)).toThrow(FileError);
      expect(readdirSync(join(folder, "run"))).toEqual(["step"]);
      expect(readdirSync(join(folder, "run", "step"))).toEqual(["a"]);
      expect(read("run", "step", "a")).toBe("old");
    },
  );

  // The last rename comes when the old folder has been moved aside, where it stays: it should be moved back.
  test("on a disk that is full at the last rename of replacing it, leaves the old one and nothing else", () => {
    old();
    expect(() => write(fullAt(6).on)).toThrow(FileError);
    expect(readdirSync(join(folder, "run"))).toEqual(["step"]);
    expect(read("run", "step", "a")).toBe("old");
  });
});

// The temporary file's removal fails too (ENOTDIR), and its error hides this one.
test("a file where a folder is needed is a FileError that says so", () => {
  writeFileSync(join(folder, "file"), "");
  const writing = () => writeFileAtomic(join(folder, "file", "inside"), "x");
  expect(writing).toThrow(FileError);
  expect(writing).toThrow(/a file where a folder is needed/);
  expect(existsSync(join(folder, "file"))).toBe(true);
});

test.each([
  ["ENOSPC", /full disk \(ENOSPC\); free some space/],
  ["EDQUOT", /quota/],
  ["EACCES", /no permission .* choose another place/],
  ["EROFS", /read-only disk/],
  ["EIO", /got EIO; check the disk/],
])("%s becomes a sentence with a remedy, and stays as the cause", (code, message) => {
  const cause = Object.assign(new Error("x"), { code });
  expect(unwritable("runs/a", cause).message).toMatch(message);
  expect(unwritable("runs/a", cause).cause).toBe(cause);
});
