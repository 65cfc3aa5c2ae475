import { expect, test } from "vitest";
import { alternate, type Side, startSide, stepsPerTurn } from "./alternate.ts";

/** A side that takes so many milliseconds a step, and writes down what it is asked. */
function fake(each: number, log: string[] = [], name = ""): Side {
  return {
    version: "",
    ask: async () => "",
    measure: async (steps) => {
      log.push(`${name}${steps}`);
      return each;
    },
    peakMemory: async () => undefined,
    close: () => {},
  };
}

test("sides take turns, one row a round", async () => {
  const log: string[] = [];
  const rounds: number[] = [];
  const times = await alternate(
    [fake(2, log, "a"), fake(3, log, "b")],
    { rounds: 2, steps: 7 },
    (r) => void rounds.push(r),
  );
  expect(log).toEqual(["a7", "b7", "a7", "b7"]);
  expect(times).toEqual([
    [2, 3],
    [2, 3],
  ]);
  expect(rounds).toEqual([1, 2]);
});

test("a turn lasts about 0.75 s on the slower side, and is one step at least", async () => {
  expect(await stepsPerTurn([fake(1), fake(7.5)])).toBe(100);
  expect(await stepsPerTurn([fake(7.5), fake(1)])).toBe(100);
  expect(await stepsPerTurn([fake(5000), fake(1)])).toBe(1);
});

test("a side speaks line by line: ready with its version, then an answer to each question", async () => {
  const script = `
    console.log("ready 1.2 fused");
    require("node:readline").createInterface({ input: process.stdin }).on("line", (l) => console.log(l === "who" ? "me" : l / 2));`;
  const side = await startSide(process.execPath, ["-e", script]);
  expect(side.version).toBe("1.2 fused");
  expect(await side.measure(5)).toBe(2.5);
  expect(await side.ask("who")).toBe("me");
  expect(await side.measure(3)).toBe(1.5);
  side.close();
});

test("a side that fails is reported with what it said", async () => {
  const starting = startSide(process.execPath, ["-e", `console.error("no such case"); process.exit(3)`]);
  await expect(starting).rejects.toThrow(/no such case/);
});
