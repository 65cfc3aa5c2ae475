import { spawn } from "node:child_process";
import { expect, test } from "vitest";

test("five kills at random moments cost no run its bytes", { timeout: 120_000 }, async () => {
  const child = spawn(process.execPath, ["scripts/kill-test.mjs", "--kills", "5", "--seed", "3"], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 110_000,
  });
  let said = "";
  for (const out of [child.stdout, child.stderr]) out.on("data", (text) => void (said += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(said).toMatch(/^5 kills, (\d+) completed runs, \1 identical, 0 unreadable$/m);
  expect(code).toBe(0);
});
