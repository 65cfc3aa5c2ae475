/** The passes that a graph goes through, in order. */
import { fold } from "./fold.ts";
import type { Pass } from "./rewrite.ts";
import { share } from "./share.ts";
import { simplify } from "./simplify.ts";

export const allPasses: readonly Pass[] = [simplify, fold, share, simplify, share];

export type { Pass } from "./rewrite.ts";
