/** The passes that a graph goes through, in order. */
import { fold } from "./fold.ts";
import { hoist } from "./hoist.ts";
import { joinPieces } from "./join-pieces.ts";
import { mergeProducts } from "./merge-products.ts";
import type { Pass } from "./rewrite.ts";
import { share } from "./share.ts";
import { simplify } from "./simplify.ts";
import { sumProducts } from "./sum-products.ts";

export const allPasses: readonly Pass[] = [
  simplify,
  fold,
  share,
  joinPieces,
  mergeProducts,
  share,
  sumProducts,
  hoist,
  joinPieces,
  simplify,
  share,
];

export type { Pass } from "./rewrite.ts";
