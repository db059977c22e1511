import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["lib/maglev.ts"], // as every entry of the library does
    testTimeout: 300_000, // a hang is found late; a slow, loaded machine is none
    hookTimeout: 300_000,
    pool: "forks",
    poolOptions: { forks: { maxForks: 2 } },
  },
});
