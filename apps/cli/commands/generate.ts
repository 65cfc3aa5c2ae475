import { join } from "node:path";
import { Command } from "commander";
import {
  encodePng,
  encodeSafetensors,
  imageGrid,
  loadParameters,
  openRun,
  openRunData,
  sampleModel,
  writeFileAtomic,
} from "../../../src/node.ts";
import {
  type CommonOptions,
  contextFrom,
  positiveInteger,
  wholeNumber,
  withData,
  withDevice,
  withJson,
} from "../options.ts";
import { emit } from "../output.ts";

interface GenerateOptions extends CommonOptions {
  readonly count: number;
  readonly seed: number;
  readonly out?: string;
}

export function generateCommand(): Command {
  const command = new Command("generate")
    .description("Let a trained model dream: draw latents from its prior and decode them into a picture.")
    .argument("<run>", "the run folder")
    .option("--count <n>", "how many images", positiveInteger, 100)
    .option("--seed <n>", "seed of the draws", wholeNumber, 1)
    .option(
      "--out <file>",
      "the picture (default: <run>/figures/generated.png); the numbers go beside it as .safetensors",
    );
  withJson(withDevice(withData(command))).addHelpText(
    "after",
    "\nExamples:\n  helmholtz generate runs/paper\n  helmholtz generate runs/paper --count 400 --seed 7 --out dreams.png",
  );
  return command.action(async (folder: string, options: GenerateOptions) => {
    const run = openRun(folder);
    const context = contextFrom(options);
    const { picture } = await openRunData(run.record, context.data);
    const n = options.count;
    const images = await sampleModel(
      run.model,
      loadParameters(run),
      context.runtime,
      { n, seed: options.seed },
      { threads: options.threads },
    );
    const png = options.out ?? join(folder, "figures", "generated.png");
    const numbers = `${png.replace(/\.png$/, "")}.safetensors`;
    const grid = { ...picture, channels: picture.channels === 3 ? (3 as const) : (1 as const) };
    writeFileAtomic(png, encodePng(imageGrid(images, { ...grid, columns: Math.ceil(Math.sqrt(n)) })));
    writeFileAtomic(
      numbers,
      encodeSafetensors({ images: { dims: [n, picture.height, picture.width, picture.channels], data: images } }),
    );
    emit(
      options.json ?? false,
      { run: folder, count: n, seed: options.seed, picture: png, numbers },
      () => `${n} images: ${png}\nnumbers:    ${numbers}`,
    );
  });
}
