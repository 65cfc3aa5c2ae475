import type { Attribute } from "./model.ts";

/** A list of whole numbers. */
export const ints = (value: readonly number[]): Attribute => ({ kind: "ints", value });

/** A float32. */
export const float = (value: number): Attribute => ({ kind: "float", value });
