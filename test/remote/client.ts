/** The near end: a `Runtime` whose sessions live in a page or a child process. */
import { FileError, RunError, ShapeError, UsageError } from "../../src/base/errors.ts";
import type { Compiled } from "../../src/graph/compile.ts";
import { initialState } from "../../src/runtime/feeds.ts";
import { keptPlaces } from "../../src/runtime/places.ts";
import type { Fetches, Runtime, State } from "../../src/runtime/session.ts";
import type { Answer, Call, WireProgram } from "./wire.ts";

/** @param send carries a call over and its answer back */
export function remoteRuntime(device: string, send: (call: Call) => Promise<Answer>): Runtime {
  const ask = async <T>(call: Call): Promise<T> => {
    const { value, error } = await send(call);
    if (error) throw rebuilt(error);
    return value as T;
  };
  return {
    device,
    description: `${device}, far away`,
    async open(program, options = {}) {
      const session = await ask<number>({ do: "open", device, program: sent(program, options.seed ?? 0), options });
      return {
        program,
        places: keptPlaces(program),
        run: (steps) => ask<Fetches[]>({ do: "run", session, steps }),
        read: () => ask<State>({ do: "read", session }),
        write: (values) => ask<void>({ do: "write", session, values }),
        dispose: () => ask<void>({ do: "dispose", session }),
      };
    },
  };
}

function sent({ variables, unrolled, ...rest }: Compiled, seed: number): WireProgram {
  const initial = initialState(variables, seed);
  return {
    ...rest,
    variables: variables.map((v) => ({ ...v, initial: initial[v.name] })),
    ...(unrolled && { unrolled: { runs: unrolled.runs, program: sent(unrolled.program, seed) } }),
  };
}

/** An error as what it was over there. */
function rebuilt({ name, message, stack, problem }: NonNullable<Answer["error"]>): Error {
  const known = [FileError, RunError, ShapeError, UsageError].find((type) => type.name === name);
  if (problem && known) return new known(problem);
  return Object.assign(new Error(message), { stack });
}
