/** What the commands say: help, mistakes, data sets. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { erasable } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-cli-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("help", () => {
  it.each([
    ["run"],
    ["plan"],
    ["merge"],
    ["status"],
    ["compact"],
    ["repeat"],
    ["table"],
    ["figure"],
    ["claims"],
    ["learn"],
    ["recommend"],
    ["unlearn"],
    ["verify"],
    ["data", "fetch"],
    ["data", "check"],
  ])("%s %s has examples", async (...command) => {
    const { code, out } = await erasable(...command.filter(Boolean), "--help");
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`Examples?:\\n  \\$ npx erasable .*${command.filter(Boolean).join(" ")}`));
  });
});

it("help knows commands by name, and --version is the package's", async () => {
  const help = await erasable("help", "data", "fetch");
  expect(help).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/^Usage: erasable data fetch/) });
  expect((await erasable("help")).out).toMatch(/^Usage: erasable \[options\]/);
  const { version } = JSON.parse(readFileSync(join(__dirname, "../../lib/package.json"), "utf8"));
  expect(await erasable("--version")).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

describe("mistakes: code 2, a message with the flag and the choices, no stack", () => {
  it.each([
    [["run", "--profil", "smoke"], /unknown option '--profil'\n\(Did you mean --profile\?\)/],
    [["run", "--profile", "small"], /--profile.*smoke, quick, paper/],
    [["run", "--model", "dmf,mlp"], /--model.*"mlp" is not one of dmf, nmf/],
    [["run", "--method", "lasr"], /--method.*"lasr" is not one of retrain, .*l-cbkm/],
    [["run", "--groups", "2,x"], /--groups.*not a whole number from 1/],
    [["run", "--seeds", "5-3"], /--seeds.*range 5-3 is empty/],
    [["run", "--request", "rand@0"], /--request.*rand@K.*or none/],
    [["run", "--preset", "FAST"], /--preset.*PAPER, RANKING/],
    [["run", "--workers", "0"], /--workers.*from 1 to 1024/],
    [["run", "--set", "epoch=3"], /--set.*unknown key "epoch"; known keys are core,/],
    [["run", "--set", "epochs=0"], /--set.*epochs: 0 is not a whole number/],
    [["run", "--set", "order=up"], /--set.*order: the text "up" is not one of easyToHard/],
    [["run", "fig5"], /"fig5" is not one of partition, efficiency, utility/],
    [["run", "partition", "--model", "dmf"], /no trials: nothing that partition/],
    [["run", "--dataset", "ml-2m"], /"ml-2m" is not in the catalog; known: ml-1m/],
    [["runn"], /unknown command 'runn'\n\(Did you mean run\?\)/],
    [["help", "nope"], /unknown command 'nope'/],
    [["help", "data", "nope"], /unknown command 'data nope'/],
    [["figure", "exactnes"], /"exactnes" is not one of partition, efficiency/],
    [
      ["repeat", "utility"],
      /has none of the \d+ trials asked for .*nothing to compare.*npx erasable run utility/,
    ],
    [["table", "utility"], /has none of the \d+ trials asked for.*npx erasable run utility/],
    [["data", "check", "ml-7"], /"ml-7" is not in the catalog/],
    [["unlearn", "--system", "s"], /say what to forget \(--users/],
    [["recommend", "--system", "nowhere", "--user", "1"], /nowhere holds no system/],
    [["learn", "ratings.csv"], /required option '--system <folder>'/],
    [["check", "lib"], /lib cannot be read: it is a folder \(EISDIR\); name a file\n/],
    [["verify", "none.json", "--ratings", "x.csv"], /certificate: none.json cannot be read: .*ENOENT/],
  ])("%j", async (args, message) => {
    const own = /^(run|repeat|table)$/.test(args[0]) ? ["--results", join(home, "untouched")] : [];
    const { code, out, err } = await erasable(...args, ...own);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(existsSync(join(home, "untouched"))).toBe(false);
  });
});

describe("data", () => {
  it("list names every set with its licence", async () => {
    const { datasets } = JSON.parse((await erasable("data", "list", "--json")).out);
    for (const name of ["ml-1m", "amazon-digital-music", "synthetic"])
      expect(datasets).toContainEqual(expect.objectContaining({ name, licence: expect.stringMatching(/./) }));
    expect((await erasable("data", "list")).out).toMatch(/ml-1m +MovieLens 1M +1,000,209/);
  });

  it("check reads, counts and hashes", async () => {
    const { code, out } = await erasable("data", "check", "synthetic", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      {
        name: "synthetic",
        ok: true,
        users: 400,
        items: 300,
        ratings: 12_000,
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });
});
