/** All benchmarks, from simple to involved. */
import type { BenchCase } from "../workload.ts";
import { convLstmCases } from "./conv-lstm.ts";
import { dcganCases } from "./dcgan.ts";
import { hvrnnCases } from "./hvrnn.ts";
import { hvrnnPaperCases } from "./hvrnn-paper.ts";
import { musicCases } from "./music.ts";
import { rbmCases } from "./rbm.ts";
import { recurrentCases } from "./recurrent.ts";
import { rladderCases } from "./rladder.ts";
import { vaeCases } from "./vae.ts";

export const benchCases: readonly BenchCase[] = [
  ...vaeCases,
  ...rbmCases,
  ...recurrentCases,
  ...convLstmCases,
  ...hvrnnCases,
  ...hvrnnPaperCases,
  ...dcganCases,
  ...rladderCases,
  ...musicCases,
];
