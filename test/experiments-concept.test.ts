import { testExperiments } from "./experiment-suite.ts";

testExperiments("concept");
