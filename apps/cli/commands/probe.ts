import { join } from "node:path";
import { Command } from "commander";
import { findProbe, probeRun, probes, probesOf } from "../../../src/node.ts";
import { type CommonOptions, contextFrom, wholeNumber, withData, withDevice, withJson } from "../options.ts";
import { emit, table } from "../output.ts";
import { workProgress } from "../progress.ts";

interface ProbeOptions extends CommonOptions {
  readonly out?: string;
  readonly figures: boolean;
  readonly seed?: number;
}

export function probeCommand(): Command {
  const command = new Command("probe")
    .description("Put a question to a trained run: numbers, and figures.")
    .argument("<run>", "the run folder")
    .argument("[probe]", "which one; without it, those that the run can answer are listed")
    .argument("[options...]", "the probe's own options, and those below")
    .passThroughOptions()
    .allowUnknownOption()
    .addHelpText(
      "after",
      `
Probes:
${probes.map((p) => `  ${p.id.padEnd(20)} ${p.title}`).join("\n")}

Examples:
  helmholtz probe runs/paper                                         what can be asked
  helmholtz probe runs/paper repeated-inference --help               the options of a probe
  helmholtz probe runs/paper repeated-inference --trials 3000 --steps 80 --noise 0.2 --json`,
    );
  withJson(withDevice(withData(command)));
  return command.action(async (run: string, probe: string | undefined, rest: string[], options: CommonOptions) => {
    if (probe !== undefined) {
      await one(run, probe).parseAsync([...globals(options), ...rest], { from: "user" });
      return;
    }
    const found = await probesOf(run, contextFrom(options));
    emit(options.json ?? false, { run, probes: found }, () =>
      table([
        ["probe", "what", "can be asked"],
        ...found.map((f) => [f.probe, f.title, f.lacks ? `no: needs ${f.lacks}` : "yes"]),
      ]),
    );
  });
}

/** Options that were given before the probe's name. */
function globals(options: CommonOptions): string[] {
  return [
    ...(options.json ? ["--json"] : []),
    ...(options.dataDir ? ["--data-dir", options.dataDir] : []),
    ...(options.cacheDir ? ["--cache-dir", options.cacheDir] : []),
    ...(options.download ? [] : ["--no-download"]),
    "--device",
    options.device,
    "--threads",
    String(options.threads),
  ];
}

/** The command of one probe, its options made from the probe's own. */
function one(run: string, id: string): Command {
  const probe = findProbe(id);
  const command = new Command(`probe <run> ${id}`).description(`${probe.title} (${probe.source}).\n\n${probe.about}`);
  const names = Object.keys(probe.options.shape);
  const defaults = probe.options.parse({}) as Record<string, unknown>;
  for (const name of names) {
    const { description } = probe.options.shape[name] as { description?: string };
    command.option(`--${dashed(name)} <value>`, `${description ?? ""} (default: ${defaults[name]})`);
  }
  command
    .option("--seed <n>", "seed of the probe's draws (default: the run's)", wholeNumber)
    .option("--out <folder>", "where numbers and figures go (default: <run>/probes)")
    .option("--no-figures", "only numbers, and nothing is written");
  withJson(withDevice(withData(command)));
  command.helpOption("-h, --help", "explain this probe").exitOverride();
  return command.action(async (options: ProbeOptions & Record<string, unknown>) => {
    const given = Object.fromEntries(
      names.flatMap((name) =>
        options[name] === undefined ? [] : [[name, valueOf(options[name] as string, defaults[name])]],
      ),
    );
    const progress = workProgress(id);
    const { seed, figures } = options;
    const out = figures ? (options.out ?? join(run, "probes")) : undefined;
    const began = performance.now();
    const context = { ...contextFrom(options), progress: progress.part, ...(seed !== undefined && { seed }) };
    const found = await probeRun(run, id, given, out, context).finally(progress.end);
    const { text, ...result } = found;
    emit(options.json ?? false, { ...result, seconds: (performance.now() - began) / 1000 }, () =>
      [text, ...(found.files.length > 0 ? ["", ...found.files] : [])].join("\n"),
    );
  });
}

/** A flag's text as the kind of value its default is. */
function valueOf(text: string, like: unknown): unknown {
  if (typeof like === "number" && text.trim() !== "" && !Number.isNaN(Number(text))) return Number(text);
  if (typeof like === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

const dashed = (name: string): string => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
