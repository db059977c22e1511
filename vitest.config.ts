import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 300_000, // a hang is found late; a slow, loaded machine is none
    hookTimeout: 300_000,
    pool: "forks",
    poolOptions: { forks: { maxForks: 2 } },
  },
});
