import { build, type InlineConfig } from "vite";

/** Bundles a file of tests for where TypeScript does not run by itself; gives nothing back but `outDir/<name>.js`. */
export async function bundle(name: "page" | "node", outDir: string): Promise<void> {
  const entry = new URL(`./${name}.ts`, import.meta.url).pathname;
  const config: InlineConfig = {
    configFile: false,
    root: new URL("../../", import.meta.url).pathname,
    logLevel: "error",
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2023",
      minify: false,
      ...(name === "node" && { ssr: entry }),
      rolldownOptions: { input: entry, output: { entryFileNames: `${name}.js` } },
    },
  };
  await build(config);
}
