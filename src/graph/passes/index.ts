/** The passes that a graph goes through, in order. */
import { beforeSplit } from "./before-split.ts";
import { blockedLayout } from "./blocked-layout.ts";
import { fold } from "./fold.ts";
import { fuseBlocked } from "./fuse-blocked.ts";
import { hoist } from "./hoist.ts";
import { joinPieces } from "./join-pieces.ts";
import { nominalShapes } from "./nominal-shapes.ts";
import { productSums } from "./product-sums.ts";
import type { Pass } from "./rewrite.ts";
import { rowSums } from "./row-sums.ts";
import { share } from "./share.ts";
import { simplify } from "./simplify.ts";
import { splitChannels } from "./split-channels.ts";
import { splitGates } from "./split-gates.ts";
import { sumProducts } from "./sum-products.ts";
import { weightGradients } from "./weight-gradients.ts";
import { zeros } from "./zeros.ts";

export const allPasses: readonly Pass[] = [
  simplify,
  fold,
  zeros,
  share,
  splitChannels,
  // Products, which are moved and joined across the whole graph.
  joinPieces,
  sumProducts,
  hoist,
  beforeSplit,
  joinPieces,
  simplify,
  share,
  // Convolutions, each for itself.
  splitGates,
  blockedLayout,
  weightGradients,
  simplify,
  share,
  fuseBlocked,
  productSums,
  rowSums,
  nominalShapes,
];

export type { Pass, Target } from "./rewrite.ts";
