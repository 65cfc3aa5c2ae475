/** What every runtime owes its callers, as tests: `sessionContract("onnxruntime-node", cpu)` is a backend's whole test of it. */
import { describe, expect, test } from "vitest";
import { UsageError } from "../base/errors.ts";
import { stream } from "../base/random.ts";
import { axis } from "../base/shape.ts";
import { type Compiled, compile } from "../graph/compile.ts";
import { input, noise, variable } from "../graph/leaves.ts";
import { add, greater, matmul, mul, sub, sum, tanh } from "../graph/ops/index.ts";
import type { Initial } from "../graph/value.ts";
import type { Feeds, Runtime, Session, State } from "./session.ts";

const from =
  (...numbers: number[]): Initial =>
  (out) =>
    void out.set(numbers);
const random: Initial = (out, source) => source.normal(0, out);

/** total ← total + rate·x, where `rate` never changes; tells the total before and after, and where x is positive. */
function counter(): Compiled {
  const x = input("x", [axis("item", 2)]);
  const total = variable("total", [axis("item", 2)], from(10, 20));
  const rate = variable("rate", [], from(0.5));
  const next = add(total, mul(rate, x));
  const outputs = { before: mul(total, 1), after: next, positive: greater(x, 0) };
  return compile({ name: "counter", outputs, updates: [[total, next]] });
}

/** Two variables that drive each other through a nonlinearity, with noise: rounding shows in every bit. */
function recurrent(unroll = 1): Compiled {
  const [W, h] = [variable("W", [8, 8], random), variable("h", [4, 8], random)];
  const pushed = add(matmul(h, W), add(input("drive", [8]), noise("jitter", "normal", [4, 8])));
  const h1 = tanh(pushed);
  const updates = [
    [h, h1],
    [W, sub(W, mul(0.01, matmul(h, h1, true)))],
  ] as const;
  return compile({ name: "recurrent", outputs: { size: sum(h1), state: h1 }, updates }, { unroll });
}

function recurrentFeeds(steps: number): Feeds[] {
  return Array.from({ length: steps }, (_, step) => {
    const [drive, jitter] = [new Float32Array(8), new Float32Array(32)];
    stream(1, "drive").normal(step, drive);
    stream(1, "jitter").normal(step, jitter);
    return { drive, jitter };
  });
}

const x = (...numbers: number[]): Feeds => ({ x: Float32Array.from(numbers) });

/** Numbers of a state or of fetches as plain arrays, to compare. */
const plain = (s: State): Record<string, number[]> =>
  Object.fromEntries(Object.entries(s).map(([k, v]) => [k, [...v]]));

/** Registers the contract's tests for one runtime. */
export function sessionContract(name: string, runtime: Runtime): void {
  /** Opens a session for one test and closes it after. */
  const using = async (program: Compiled, body: (s: Session) => Promise<void>, seed = 0): Promise<void> => {
    const session = await runtime.open(program, { threads: 1, seed });
    try {
      await body(session);
    } finally {
      await session.dispose();
    }
  };

  describe(`${name}: variables`, () => {
    test("start at their initial values, before any run", () =>
      using(counter(), async (s) => expect(plain(await s.read())).toEqual({ total: [10, 20], rate: [0.5] })));

    test("each run starts from what the one before left, within a call and from call to call", () =>
      using(counter(), async (s) => {
        const two = await s.run([x(2, 4), x(6, 8)]);
        const [third] = await s.run([x(-2, 0)]);
        expect([...two, third].map((r) => [[...r["before"]], [...r["after"]]])).toEqual([
          [
            [10, 20],
            [11, 22],
          ],
          [
            [11, 22],
            [14, 26],
          ],
          [
            [14, 26],
            [13, 26],
          ],
        ]);
        expect(plain(await s.read())).toEqual({ total: [13, 26], rate: [0.5] });
      }));

    test("seven steps in one call, in calls of one, of three and four, and unrolled leave the same bits", async () => {
      const feeds = recurrentFeeds(7);
      const results: unknown[] = [];
      const groupings = [
        [1, [7]],
        [1, [1, 1, 1, 1, 1, 1, 1]],
        [1, [3, 4]],
        [3, [7]],
        [3, [2, 5]],
      ] as const;
      for (const [unroll, sizes] of groupings) {
        await using(recurrent(unroll), async (s) => {
          const fetched: unknown[] = [];
          for (let at = 0, i = 0; i < sizes.length; at += sizes[i++]) {
            fetched.push(...(await s.run(feeds.slice(at, at + sizes[i]))).map(plain));
          }
          results.push({ fetched, state: plain(await s.read()) });
        });
      }
      for (const result of results) expect(result).toEqual(results[0]);
    });

    test.each([1, 3])(
      "runs that are fed from the session's own places leave the same bits, unrolled %d times",
      async (unroll) => {
        const results: unknown[] = [];
        for (const own of [false, true]) {
          await using(recurrent(unroll), async (s) => {
            const fetched: unknown[] = [];
            for (const [from, to] of [
              [0, 2],
              [2, 7],
              [7, 11],
            ]) {
              const feeds = recurrentFeeds(to).slice(from);
              const places = s.places(feeds.length);
              expect(places.map((place) => Object.keys(place).sort())).toEqual(feeds.map(() => ["drive", "jitter"]));
              feeds.forEach((f, i) => {
                for (const [name, v] of Object.entries(f)) places[i][name].set(v);
              });
              fetched.push(...(await s.run(own ? places : feeds)).map(plain));
            }
            results.push({ fetched, state: plain(await s.read()) });
          });
        }
        expect(results[1]).toEqual(results[0]);
      },
    );

    test("no steps change nothing", () =>
      using(counter(), async (s) => {
        expect(await s.run([])).toEqual([]);
        expect(plain(await s.read())).toEqual({ total: [10, 20], rate: [0.5] });
      }));

    test("what was read or fetched does not change in later runs", () =>
      using(recurrent(), async (s) => {
        const [fetched] = await s.run(recurrentFeeds(1));
        const read = await s.read();
        const then = [plain(fetched), plain(read)];
        await s.run(recurrentFeeds(5));
        expect([plain(fetched), plain(read)]).toEqual(then);
      }));

    test("writing some sets those and keeps the others", () =>
      using(counter(), async (s) => {
        await s.run([x(2, 2)]);
        await s.write({ rate: Float32Array.of(100) });
        expect(plain(await s.read())).toEqual({ total: [11, 21], rate: [100] });
        await s.write({ total: Float32Array.of(0, 0) });
        await s.run([x(1, 2)]);
        expect(plain(await s.read())).toEqual({ total: [100, 200], rate: [100] });
      }));

    test("written back, an earlier state continues to the same bits", () =>
      using(recurrent(), async (s) => {
        const feeds = recurrentFeeds(6);
        await s.run(feeds.slice(0, 3));
        const middle = await s.read();
        await s.run(feeds.slice(3));
        const end = plain(await s.read());
        await s.write(middle);
        await s.run(feeds.slice(3));
        expect(plain(await s.read())).toEqual(end);
      }));

    test("initial values are a function of the seed and the variable's name", async () => {
      const states: Record<string, number[]>[] = [];
      for (const seed of [3, 3, 4]) {
        await using(recurrent(), async (s) => void states.push(plain(await s.read())), seed);
      }
      expect(states[1]).toEqual(states[0]);
      expect(states[2]["W"]).not.toEqual(states[0]["W"]);
      expect(states[0]["W"].slice(0, 32)).not.toEqual(states[0]["h"]);
    });

    test("two sessions of one program do not disturb each other", async () => {
      const program = counter();
      await using(program, (a) =>
        using(program, async (b) => {
          await a.run([x(2, 2)]);
          await b.write({ rate: Float32Array.of(0) });
          await a.run([x(2, 2)]);
          await b.run([x(2, 2)]);
          expect(plain(await a.read())).toEqual({ total: [12, 22], rate: [0.5] });
          expect(plain(await b.read())).toEqual({ total: [10, 20], rate: [0] });
        }),
      );
    });
  });

  describe(`${name}: programs`, () => {
    test("truth values come as 0 and 1, one per element and step", () =>
      using(counter(), async (s) => {
        const results = await s.run([x(1, -1), x(0, 3)]);
        expect(results.map((r) => r["positive"])).toEqual([Float32Array.of(1, 0), Float32Array.of(0, 1)]);
      }));

    test("a program without variables answers step by step", async () => {
      const [a, b] = [input("a", [2]), input("b", [])];
      const program = compile({ name: "stateless", outputs: { y: mul(a, b), high: greater(a, b) } });
      await using(program, async (s) => {
        const feeds = [1, -2].map((n) => ({ a: Float32Array.of(3, -4), b: Float32Array.of(n) }));
        expect((await s.run(feeds)).map(plain)).toEqual([
          { y: [3, -4], high: [1, 0] },
          { y: [-6, 8], high: [1, 0] },
        ]);
        expect(await s.read()).toEqual({});
      });
    });

    test("a program whose variables never change reads what was written", async () => {
      const w = variable("w", [2], from(1, 2));
      await using(compile({ name: "fixed", outputs: { y: mul(w, input("x", [2])) } }), async (s) => {
        const [first] = await s.run([x(10, 10)]);
        await s.write({ w: Float32Array.of(-1, 0) });
        const [second] = await s.run([x(10, 10)]);
        expect([plain(first), plain(second)]).toEqual([{ y: [10, 20] }, { y: [-10, 0] }]);
        expect(plain(await s.read())).toEqual({ w: [-1, 0] });
      });
    });

    test("a program with nothing to feed runs once per entry", async () => {
      const n = variable("n", [], from(0));
      const program = compile({ name: "clock", outputs: { now: mul(n, 1) }, updates: [[n, add(n, 1)]] });
      await using(program, async (s) => {
        expect((await s.run([{}, {}, {}])).map(plain)).toEqual([{ now: [0] }, { now: [1] }, { now: [2] }]);
        expect(plain(await s.read())).toEqual({ n: [3] });
      });
    });
  });

  describe(`${name}: misuse`, () => {
    const feeds: readonly (readonly [string, Feeds, RegExp])[] = [
      ["a missing input", {}, /input "x" of counter: expected 2 numbers for \(item=2\), got nothing/],
      ["too few numbers", x(1), /input "x" of counter: expected 2 numbers for \(item=2\), got 1/],
      ["too many numbers", x(1, 2, 3), /input "x" of counter: expected 2 numbers for \(item=2\), got 3/],
      ["an unknown name", { ...x(1, 2), y: Float32Array.of(1) }, /feeds of counter: expected inputs among x, got "y"/],
    ];

    test.each(feeds)(
      "%s is a UsageError that names the tensor, and no step of the call is run",
      (_name, bad, message) =>
        using(counter(), async (s) => {
          const running = s.run([x(2, 2), bad]);
          await expect(running).rejects.toThrow(UsageError);
          await expect(running).rejects.toThrow(message);
          expect(plain(await s.read())["total"]).toEqual([10, 20]);
        }),
    );

    const states: readonly (readonly [string, State, RegExp])[] = [
      ["an unknown variable", { weight: Float32Array.of(1) }, /variables of counter: .* got "weight"/],
      [
        "a variable of another length",
        { total: Float32Array.of(1) },
        /variable "total" of counter: expected 2 numbers/,
      ],
    ];

    test.each(states)("writing %s is a UsageError, and nothing is written", (_name, bad, message) =>
      using(counter(), async (s) => {
        const writing = s.write({ rate: Float32Array.of(7), ...bad });
        await expect(writing).rejects.toThrow(UsageError);
        await expect(writing).rejects.toThrow(message);
        expect(plain(await s.read())).toEqual({ total: [10, 20], rate: [0.5] });
      }),
    );

    test("disposing twice does nothing more; a run after it is refused", async () => {
      const s = await runtime.open(counter(), { threads: 1 });
      await s.dispose();
      await s.dispose();
      await expect(s.run([x(1, 1)])).rejects.toThrow(/disposed/);
    });
  });
}
