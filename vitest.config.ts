import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "src/**/*.test.ts",
      "apps/**/*.test.ts",
      "test/**/*.test.ts",
      "examples/**/*.test.ts",
      "bench/**/*.test.ts",
    ],
    // Each test file is its own process: ONNX Runtime's thread pools must not be shared between worker threads.
    pool: "forks",
    maxWorkers: 2,
    // Software GPUs on a loaded machine are slow; a test that hangs still ends.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ["default", "./test/count-reporter.ts"],
  },
});
