import { join } from "node:path";
import { Command } from "commander";
import {
  datasetIds,
  describeDatasets,
  encodePng,
  FileError,
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
    .description("Draw a sheet of training examples.")
    .addHelpText(
      "after",
      "\nExamples:\n  helmholtz data preview glyphs\n  helmholtz data preview mnist --count 400 --out digits.png",
    )
    .argument("<dataset>", datasetIds.join(", "))
    .option("--count <n>", "how many", positiveInteger, 100)
    .option("--seed <n>", "seed of the choice", wholeNumber, 0)
    .option("--out <file>", "the picture (default: <dataset>.png)");
  return withJson(withData(command)).action(
    async (id: string, options: CommonOptions & { count: number; seed: number; out?: string }) => {
      const dataset = await openDataset(id, dataFrom(options));
      const { train } = dataset.splits;
      const { height, width, channels } = dataset.picture;
      const count = Math.min(options.count, train.count);
      const images = new Float32Array(count * height * width * channels);
      train.read(
        observedField(dataset),
        stream(options.seed, "preview").permutation(0, train.count).subarray(0, count),
        images,
      );
      const out = options.out ?? join(".", `${id}.png`);
      const grid = {
        height,
        width,
        channels: channels === 3 ? (3 as const) : (1 as const),
        columns: Math.ceil(Math.sqrt(count)),
      };
      writeFileAtomic(out, encodePng(imageGrid(images, grid)));
      if (dataset.generated) note(dataset.provenance);
      emit(
        options.json ?? false,
        { dataset: id, count, picture: out },
        () => `${count} examples of ${dataset.title}: ${out}`,
      );
    },
  );
}
