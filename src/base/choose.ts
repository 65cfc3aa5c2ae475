import { nearest, UsageError } from "./errors.ts";

/**
 * The entry of a table by its name, as people give names in flags and configurations.
 * @param where what is being chosen: a flag, a config key, "recipe"
 * @param fix   what to do when no name is near (default: choose one of these)
 * @throws UsageError listing the names, with the nearest one
 */
export function choose<T>(
  where: string,
  name: string,
  table: Readonly<Record<string, T>>,
  fix = "choose one of these",
): T {
  if (Object.hasOwn(table, name)) return table[name];
  const names = Object.keys(table);
  const near = nearest(name, names);
  throw new UsageError({
    where,
    expected: `one of ${names.join(", ")}`,
    got: `"${name}"`,
    fix: near ? `did you mean "${near}"` : fix,
  });
}
