/**
 * Makes `npx helmholtz` work in a checkout: npm links the commands of dependencies, not the project's own, so the
 * link is set here after the build. Windows gets a small `.cmd` file instead of a symbolic link.
 */
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../node_modules/.bin/", import.meta.url));
const main = fileURLToPath(new URL("../dist/apps/cli/main.js", import.meta.url));
mkdirSync(bin, { recursive: true });
rmSync(`${bin}helmholtz`, { force: true });
if (process.platform === "win32") {
  writeFileSync(`${bin}helmholtz.cmd`, '@node "%~dp0\\..\\..\\dist\\apps\\cli\\main.js" %*\r\n');
} else {
  chmodSync(main, 0o755);
  symlinkSync("../../dist/apps/cli/main.js", `${bin}helmholtz`);
}
