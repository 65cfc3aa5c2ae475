import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Section } from "../../figures/page.ts";
import { probes } from "../../probes/index.ts";
import { readFigureFile } from "../figure-file.ts";
import type { ProbeRecord } from "../probe-run.ts";
import type { ReportPart } from "./part.ts";

/** What `helmholtz probe` has left in the run folder, with figures. */
export const probeParts: ReportPart = {
  needs: [],
  async draw({ run: { folder } }) {
    return { sections: probeRecords(folder).flatMap((record) => probeSections(join(folder, "probes"), record)) };
  },
};

/** Records of probes in a run folder, in the order in which probes are listed; files that are none are passed over. */
export function probeRecords(folder: string): ProbeRecord[] {
  const path = join(folder, "probes");
  if (!existsSync(path)) return [];
  const files = readdirSync(path).filter((name) => name.endsWith(".json"));
  const records = files.flatMap((name) => parsed(join(path, name)));
  return probes.flatMap(({ id }) => records.filter((r) => r.probe === id));
}

function parsed(path: string): ProbeRecord[] {
  try {
    const record = JSON.parse(readFileSync(path, "utf8")) as Partial<ProbeRecord> | null;
    return record?.probe && record.options && record.text && record.figures?.length ? [record as ProbeRecord] : [];
  } catch {
    return [];
  }
}

function probeSections(folder: string, { probe, judge, options, text, figures }: ProbeRecord): Section[] {
  const { title, about, source } = probes.find(({ id }) => id === probe)!;
  const given = Object.entries({ ...options, ...(judge && { judge }) }).map(([name, value]) => `${name} ${value}`);
  const fix = `repeat \`helmholtz probe <run> ${probe}\``;
  return [
    { kind: "text", heading: title, paragraphs: [`${about} (${source})`] },
    { kind: "code", code: text, caption: `Options: ${given.join(", ")}.` },
    ...figures.map(({ file, alt, caption }): Section => {
      return { kind: "figure", image: readFigureFile(join(folder, file), fix), alt, caption };
    }),
  ];
}
