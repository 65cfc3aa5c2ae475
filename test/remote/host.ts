/** The far end of a runtime that tests drive from outside, in a page or a child process: it opens sessions and answers calls by number. */
import { HelmholtzError } from "../../src/base/errors.ts";
import type { Compiled, VariablePort } from "../../src/graph/compile.ts";
import type { Runtime, Session } from "../../src/runtime/session.ts";
import type { Answer, Call, WireProgram } from "./wire.ts";

/** Answers calls to sessions on these runtimes. Errors are answers too. */
export function host(runtimes: Readonly<Record<string, Runtime>>): (call: Call) => Promise<Answer> {
  const sessions: Session[] = [];
  const dispatch = async (call: Call): Promise<unknown> => {
    switch (call.do) {
      case "describe":
        return runtimes[call.device].description;
      case "open":
        sessions.push(await runtimes[call.device].open(received(call.program), call.options));
        return sessions.length - 1;
      case "run":
        return sessions[call.session].run(call.steps);
      case "read":
        return sessions[call.session].read();
      case "write":
        return sessions[call.session].write(call.values);
      case "dispose":
        return sessions[call.session].dispose();
    }
  };
  return async (call) => {
    try {
      return { value: await dispatch(call) };
    } catch (error) {
      const { name, message, stack } = error as Error;
      return { error: { name, message, stack, ...(error instanceof HelmholtzError && { problem: error.problem }) } };
    }
  };
}

function received({ variables, unrolled, ...rest }: WireProgram): Compiled {
  const initial = (v: WireProgram["variables"][number]): VariablePort => ({
    ...v,
    initial: (out) => out.set(v.initial),
  });
  return {
    ...rest,
    variables: variables.map(initial),
    ...(unrolled && { unrolled: { runs: unrolled.runs, program: received(unrolled.program) } }),
  };
}
