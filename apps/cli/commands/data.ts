import { join } from "node:path";
import { Command } from "commander";
import {
  byTime,
  type Dataset,
  datasetIds,
  describeDatasets,
  encodeGif,
  encodePng,
  FileError,
  fieldOf,
  frameGrid,
  type GridOptions,
  imageGrid,
  observedField,
  openDataset,
  stream,
  verifyDataset,
  writeFileAtomic,
} from "../../../src/node.ts";
import { type CommonOptions, dataFrom, positiveInteger, wholeNumber, withData, withJson } from "../options.ts";
import { bytes, emit, note, table } from "../output.ts";

export function dataCommand(): Command {
  const command = new Command("data").description("Show, fetch, verify and preview data sets.").addHelpText(
    "after",
    `
Data sets are looked for in --data-dir (or HELMHOLTZ_DATA), as <folder>/mnist/train-images-idx3-ubyte.gz and so on, then in the cache,
then downloaded from their canonical addresses. Every file is compared with its published SHA-256.

Examples:
  helmholtz data list
  helmholtz data get mnist
  helmholtz data verify mnist --data-dir ~/data
  helmholtz data preview glyphs --out digits.png`,
  );
  return command.addCommand(list()).addCommand(get()).addCommand(verify()).addCommand(preview());
}

function list(): Command {
  return withJson(
    withData(
      new Command("list")
        .description("List data sets and what of them is on this machine.")
        .addHelpText("after", "\nExamples:\n  helmholtz data list\n  helmholtz data list --data-dir ~/data --json"),
    ),
  ).action((options: CommonOptions) => {
    const found = describeDatasets(dataFrom(options));
    emit(options.json ?? false, { datasets: found }, () =>
      table([
        ["id", "title", "train", "test", "size", "here"],
        ...found.map((d) => [d.id, d.title, String(d.train), String(d.test), d.bytes ? bytes(d.bytes) : "-", d.state]),
      ]),
    );
  });
}

function get(): Command {
  const command = new Command("get")
    .description("Fetch a data set into the cache (nothing is done if it is there).")
    .addHelpText(
      "after",
      "\nExamples:\n  helmholtz data get mnist\n  helmholtz data get fashion-mnist --cache-dir ~/data",
    )
    .argument("<dataset>", datasetIds.join(", "));
  return withJson(withData(command)).action(async (id: string, options: CommonOptions) => {
    const dataset = await openDataset(id, dataFrom(options));
    const { train, test } = dataset.splits;
    emit(
      options.json ?? false,
      { dataset: id, provenance: dataset.provenance, train: train.count, test: test.count },
      () => `${dataset.title}: ${train.count} + ${test.count} examples. ${dataset.provenance}`,
    );
  });
}

function verify(): Command {
  const command = new Command("verify")
    .description("Compare every file of a data set with its published SHA-256.")
    .addHelpText("after", "\nExamples:\n  helmholtz data verify mnist\n  helmholtz data verify mnist --data-dir ~/data")
    .argument("<dataset>", datasetIds.join(", "));
  return withJson(withData(command)).action((id: string, options: CommonOptions) => {
    const files = verifyDataset(id, dataFrom(options));
    emit(options.json ?? false, { dataset: id, files }, () =>
      files.length === 0
        ? `${id} is generated: there is nothing to verify`
        : table([["file", "state", "where"], ...files.map((f) => [f.file, f.state, f.path ?? "-"])]),
    );
    const bad = files.find((f) => f.state !== "ok");
    if (bad) {
      throw new FileError({
        where: bad.path ?? `${id}/${bad.file}`,
        expected: bad.expected,
        got: bad.got,
        fix: bad.path
          ? "delete the file and fetch it again with `helmholtz data get`"
          : `fetch it with \`helmholtz data get ${id}\``,
      });
    }
  });
}

function preview(): Command {
  const command = new Command("preview")
    .description("Draw a sheet of training examples; of films, a strip of each, and an animation.")
    .addHelpText(
      "after",
      "\nExamples:\n  helmholtz data preview glyphs\n  helmholtz data preview mnist --count 400 --out digits.png\n  helmholtz data preview bouncing-balls",
    )
    .argument("<dataset>", datasetIds.join(", "))
    .option("--count <n>", "how many (default: 100 pictures, or 6 films)", positiveInteger)
    .option("--seed <n>", "seed of the choice", wholeNumber, 0)
    .option("--out <file>", "the picture (default: <dataset>.png); an animation goes beside it, as .gif");
  return withJson(withData(command)).action(
    async (id: string, options: CommonOptions & { count?: number; seed: number; out?: string }) => {
      const dataset = await openDataset(id, dataFrom(options));
      const sheet = examplesOf(dataset, options);
      const picture = options.out ?? join(".", `${id}.png`);
      const written = [picture];
      writeFileAtomic(picture, encodePng(strips(sheet)));
      if (sheet.times > 1) {
        const animation = picture.replace(/(\.png)?$/, ".gif");
        const frames = frameGrid(byTime(sheet.images, sheet.count, sheet.times), sheet.times, sheet.grid);
        writeFileAtomic(animation, encodeGif(frames, { delay: 50 }));
        written.push(animation);
      }
      if (dataset.generated) note(dataset.provenance);
      emit(
        options.json ?? false,
        { dataset: id, count: sheet.count, picture, ...(written[1] && { animation: written[1] }) },
        () => `${sheet.count} examples of ${dataset.title}: ${written.join(", ")}`,
      );
    },
  );
}

/** Frames of a film that its strip shows at most, at equal distances. */
const SHOWN = 20;

/** Examples drawn at random, in [0, 1]. */
interface Sheet {
  readonly count: number;
  /** Frames of each; 1 for pictures. */
  readonly times: number;
  /** count × times × picture */
  readonly images: Float32Array;
  readonly grid: GridOptions;
}

function examplesOf(dataset: Dataset, options: { count?: number; seed: number }): Sheet {
  const { picture, splits } = dataset;
  const field = fieldOf(dataset, observedField(dataset));
  const { height, width } = picture;
  const channels = picture.channels === 3 ? 3 : 1;
  const size = field.shape.reduce((n, a) => n * a.size, 1);
  const times = size / (height * width * channels);
  const long = field.shape[0].name === "time";
  const count = Math.min(options.count ?? (long ? 6 : 100), splits.train.count);
  const images = new Float32Array(count * size);
  const choice = stream(options.seed, "preview").permutation(0, splits.train.count).subarray(0, count);
  splits.train.read(field.name, choice, images);
  const [low, high] = field.range;
  for (let i = 0; i < images.length; i++) images[i] = (images[i] - low) / (high - low);
  const columns = Math.min(count, Math.ceil(Math.sqrt((count * height) / width))); // about as wide as high
  return { count, times, images, grid: { height, width, channels, columns } };
}

/** Pictures on a grid, or a row of frames of each film. */
function strips({ count, times, images, grid }: Sheet) {
  if (times === 1) return imageGrid(images, grid);
  const every = Math.ceil(times / SHOWN);
  const shown = Array.from({ length: Math.ceil(times / every) }, (_, k) => k * every);
  const size = images.length / count / times;
  const picked = new Float32Array(count * shown.length * size);
  for (let n = 0; n < count; n++) {
    for (const [k, t] of shown.entries()) {
      const from = (n * times + t) * size;
      picked.set(images.subarray(from, from + size), (n * shown.length + k) * size);
    }
  }
  return imageGrid(picked, { ...grid, columns: shown.length });
}
