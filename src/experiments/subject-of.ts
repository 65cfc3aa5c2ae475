import type { Dataset } from "../data/dataset.ts";
import type { Subject } from "../probes/subject.ts";
import { loadParameters, type OpenedRun, observedField, openRunData, type RunContext } from "../recipes/run.ts";

/**
 * Opens runs as probes want them: a model with its parameters, beside the data it was trained on. Runs on the same data share them.
 * The function throws FileError if parameters or data are lost.
 */
export function subjectOpener({ runtime, threads, data }: RunContext): (run: OpenedRun) => Promise<Subject> {
  const opened = new Map<string, Promise<Dataset>>();
  return async (run) => {
    const { record, config } = run;
    const fresh = config.data.sequences === undefined ? undefined : record.seed; // each seed has sequences of its own to learn from
    const key = JSON.stringify([record.data.id, config.data, fresh]);
    const dataset = await (opened.get(key) ?? opened.set(key, openRunData(run.record, data)).get(key)!);
    return {
      name: run.folder,
      model: run.model,
      parameters: loadParameters(run),
      dataset,
      field: observedField(dataset),
      runtime,
      options: { threads },
      seed: run.record.seed,
    };
  };
}
