import { afterAll } from "vitest";
import { opPrograms } from "./op-programs.ts";
import { reachNode } from "./remote/runtimes.ts";
import { runtimeSuite } from "./remote/suite.ts";

const { webgpu, close } = await reachNode();
afterAll(close);

runtimeSuite(webgpu, opPrograms());
