import { join } from "node:path";
import { Command } from "commander";
import { findProbe, probeRun, probes, probesOf } from "../../../src/node.ts";
import { type CommonOptions, contextFrom, wholeNumber, withData, withDevice, withJson } from "../options.ts";
import { emit, table } from "../output.ts";
import { workProgress } from "../progress.ts";

interface JudgedOptions extends CommonOptions {
  readonly judge?: string;
}

interface ProbeOptions extends JudgedOptions {
  readonly out?: string;
  readonly figures: boolean;
  readonly png?: boolean;
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
  withJson(withDevice(withData(withJudge(command))));
  return command.action(async (run: string, probe: string | undefined, rest: string[], options: JudgedOptions) => {
    if (probe?.startsWith("-")) {
      const listing = withJson(withDevice(withData(withJudge(new Command("probe <run>").exitOverride()))));
      const asked = listing.parse([probe, ...rest], { from: "user" }).opts<JudgedOptions>();
      return showProbes(run, asked);
    }
    if (probe !== undefined) {
      await one(run, probe).parseAsync([...globals(options), ...rest], { from: "user" });
      return;
    }
    await showProbes(run, options);
  });
}

/** What a run can be asked, and what not. */
async function showProbes(run: string, options: JudgedOptions): Promise<void> {
  const found = await probesOf(run, { ...contextFrom(options), judge: options.judge });
  emit(options.json ?? false, { run, probes: found }, () =>
    table([
      ["probe", "what", "can be asked"],
      ...found.map((f) => [f.probe, f.title, f.lacks ? `no: needs ${f.lacks}` : "yes"]),
    ]),
  );
}

/** Options that were given before the probe's name. */
function globals(options: JudgedOptions): string[] {
  return [
    ...(options.judge ? ["--judge", options.judge] : []),
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
    .option("--png", "write each SVG as PNG too, at twice its size")
    .option("--no-figures", "only numbers, and nothing is written");
  withJson(withDevice(withData(withJudge(command))));
  command.helpOption("-h, --help", "explain this probe").exitOverride();
  return command.action(async (options: ProbeOptions & Record<string, unknown>) => {
    const given = Object.fromEntries(
      names.flatMap((name) =>
        options[name] === undefined ? [] : [[name, valueOf(options[name] as string, defaults[name])]],
      ),
    );
    const progress = workProgress(id);
    const { seed, figures, judge, png = false } = options;
    const out = figures ? (options.out ?? join(run, "probes")) : undefined;
    const began = performance.now();
    const { part } = progress;
    const context = { ...contextFrom(options), judge, progress: part, png, ...(seed !== undefined && { seed }) };
    const found = await probeRun(run, id, given, out, context).finally(progress.end);
    const { text, ...result } = found;
    emit(options.json ?? false, { ...result, seconds: (performance.now() - began) / 1000 }, () =>
      [text, ...(found.files.length > 0 ? ["", ...found.files] : [])].join("\n"),
    );
  });
}

function withJudge(command: Command): Command {
  return command.option("--judge <run>", "a classifier's run, for probes that have images judged");
}

/** A flag's text as the kind of value its default is. */
function valueOf(text: string, like: unknown): unknown {
  if (typeof like === "number" && text.trim() !== "" && !Number.isNaN(Number(text))) return Number(text);
  if (typeof like === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

const dashed = (name: string): string => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
