import { disk } from "../src/base/files.js";
/**
 * A disk that counts its calls and is full at the one with this number (−1: never).
 * @param opens whether opening a file counts too, besides writes, flushes and renames
 * @param most  bytes that one write takes
 */
export function fullAt(failing, { opens = false, most = Number.POSITIVE_INFINITY } = {}) {
  let calls = 0;
  const next = () => {
    if (calls++ === failing) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  };
  const on = {
    ...disk,
    openSync: (path, flags) => {
      if (opens) next();
      return disk.openSync(path, flags);
    },
    writeSync: (fd, data, offset, length) => {
      next();
      return disk.writeSync(fd, data, offset, Math.min(most, length));
    },
    fsyncSync: (fd) => {
      next();
      disk.fsyncSync(fd);
    },
    renameSync: (from, to) => {
      next();
      disk.renameSync(from, to);
    },
  };
  return { on, calls: () => calls };
}
