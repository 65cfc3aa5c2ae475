import type { RecipeConfig } from "./recipe.ts";

/**
 * What turns one configuration into another, as given to --set: "model.latent=10". Where a value is of another kind on either side (an
 * object with other keys, a list), the whole of it is set.
 */
export function settingsBetween(from: RecipeConfig, to: RecipeConfig): string[] {
  return [...differences(from as unknown as Tree, to as unknown as Tree, [])];
}

type Tree = { readonly [key: string]: unknown };

function* differences(from: Tree, to: Tree, path: readonly string[]): Generator<string> {
  for (const [key, value] of Object.entries(to)) {
    const at = [...path, key];
    const before = from[key];
    if (sameTree(before, value)) continue;
    if (isTree(before) && isTree(value) && sameKeys(before, value)) yield* differences(before, value, at);
    else yield `${at.join(".")}=${typeof value === "string" ? value : JSON.stringify(value)}`;
  }
}

/** Equal values, whatever the order of keys. */
export function sameTree(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => sameTree(v, b[i]));
  if (isTree(a) && isTree(b)) return sameKeys(a, b) && Object.keys(a).every((key) => sameTree(a[key], b[key]));
  return Object.is(a, b);
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sameKeys(a: Tree, b: Tree): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key));
}

/** What a shell takes as one word. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
