import type { VariablePort } from "../graph/compile.ts";
import type { State } from "../runtime/session.ts";

/** Which parameters are averaged, in training steps. */
export interface AveragePlan {
  /** Averaging begins after this step. */
  readonly after: number;
  /** Steps between the parameters that are taken: those of an epoch. */
  readonly every: number;
}

const PREFIX = "average/";

/**
 * Mean of a model's parameters over the last part of its training (Polyak & Juditsky 1992; Ruppert 1988), which takes out what the last
 * batches did to them. Checkpoints carry it as variables "average/<parameter>".
 */
export class TailAverage {
  readonly #plan: AveragePlan;
  readonly #ports: readonly VariablePort[];
  #mean: State = {};
  #count = 0;

  /** @param variables of the model   @param from the state and step of a checkpoint that training goes on from */
  constructor(
    plan: AveragePlan,
    variables: readonly VariablePort[],
    from?: { readonly step: number; readonly state: State },
  ) {
    this.#plan = plan;
    this.#ports = variables;
    this.#count = from ? Math.max(0, Math.floor((from.step - plan.after) / plan.every)) : 0;
    if (from && this.#count > 0) {
      this.#mean = Object.fromEntries(variables.map(({ name }) => [name, from.state[PREFIX + name]]));
    }
  }

  /** Are the parameters after this step of those that are averaged? */
  due(step: number): boolean {
    return step > this.#plan.after && (step - this.#plan.after) % this.#plan.every === 0;
  }

  /** Takes in parameters. */
  add(state: State): void {
    this.#count++;
    const taken = this.#ports.map(({ name }): [string, Float32Array] => {
      const [now, mean] = [state[name], this.#mean[name]];
      return [name, mean ? mean.map((m, i) => m + (now[i] - m) / this.#count) : now.slice()];
    });
    this.#mean = Object.fromEntries(taken);
  }

  /** The state with means in place of the model's parameters; as it is, if nothing was taken in yet. */
  applied(state: State): State {
    return { ...state, ...this.#mean };
  }

  /** What a checkpoint must keep of it: variables and their values. None before averaging has begun. */
  saved(): { readonly variables: readonly VariablePort[]; readonly state: State } {
    const ports = this.#count > 0 ? this.#ports : [];
    return {
      variables: ports.map((port) => ({ ...port, name: PREFIX + port.name })),
      state: Object.fromEntries(ports.map(({ name }) => [PREFIX + name, this.#mean[name]])),
    };
  }
}
