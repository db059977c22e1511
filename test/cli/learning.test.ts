/** What `learn` chooses and finds out, `recommend` for many, and how lists are read that follow the learned file's form. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { candidatesFor } from "../../lib/advice/candidates";
import { loadDataset } from "../../lib/data/load";
import { Random } from "../../lib/random";
import { erasable } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-learning-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);
const learn = (file: string, folder: string, ...more: string[]) =>
  erasable("learn", at(file), "--system", at(folder), ...more);

/** 40 users who each have 8 of the 20 items of their own half. */
const clicks = (row: (user: number, item: number, k: number) => string): string => {
  const random = Random.stream(1, "clicks");
  return Array.from({ length: 40 }, (_, u) =>
    random
      .shuffle(Array.from({ length: 20 }, (_, k) => 2 * k + (u % 2)))
      .slice(0, 8)
      .map((item, k) => row(u, item, k)),
  )
    .flat()
    .join("");
};

beforeAll(() => {
  writeFileSync(
    at("clicks.csv"),
    clicks((u, i) => `u${u},i${i}\n`),
  );
  writeFileSync(
    at("stars.csv"),
    clicks((u, i, k) => `u${u},i${i},${1 + (k % 5)}\n`),
  );
  writeFileSync(
    at("turned.csv"),
    clicks((u, i, k) => `${1 + (k % 5)};${i};${u}\n`),
  );
  writeFileSync(
    at("liked.csv"),
    clicks((u, i, k) => `u${u},i${i},${4 + (k % 2)}\n`),
  );
  writeFileSync(
    at("thumbs.csv"),
    clicks((u, i, k) => `u${u},i${i},${k % 2}\n`),
  );
});

describe("learn without --method", () => {
  it.each([
    ["clicks.csv", [], "ease", /for pairs without ratings/],
    ["stars.csv", [], "ease", /by who rated what/],
    ["liked.csv", [], "ease", /by who rated what/], // two values, and neither is a dislike
    ["thumbs.csv", [], "ease", /for thumbs up and down/],
    ["stars.csv", ["--groups", "2", "--epochs", "1"], "laser", /has groups and epochs among its settings/],
    ["stars.csv", ["--set", "label=rating"], "ease", /forgets by subtraction/],
  ] as const)("%s %j: %s, and says why", async (file, more, method, why) => {
    const folder = `${method}-${file}-${more.length}`;
    const { code, err, out } = await learn(file, folder, ...more, "--json");
    expect({ code, err }).toEqual({ code: 0, err: expect.stringMatching(why) });
    expect(JSON.parse(out)).toMatchObject({ method, why: expect.any(String) });
  });
});

describe("the quality of what was learned", () => {
  it("stands against popularity, by a twin: the kept system has learned from everything", async () => {
    const { out } = await learn("clicks.csv", "measured", "--json");
    const { quality, fingerprint } = JSON.parse(out);
    expect(quality).toMatchObject({ learned: true, users: 40, ratings: 40, itemMean: null });
    expect(quality.system.ranking).toBeGreaterThan(quality.popularity.ranking);
    const without = await learn("clicks.csv", "unmeasured", "--no-quality", "--json");
    expect(JSON.parse(without.out)).toMatchObject({ quality: null, fingerprint });
    expect(readdirSync(at("measured")).sort()).toEqual(readdirSync(at("unmeasured")).sort());
  });

  it("warns when nothing was learned, with the command that compares methods", async () => {
    const { code, out } = await learn("stars.csv", "nothing", "--groups", "2", "--epochs", "1");
    expect(code).toBe(0);
    expect(out).toMatch(/Beware: it ranks no better .*npx erasable advise \S+stars\.csv\n/);
    expect(out).not.toContain("own held-out items"); // one each, which every order ranks alike
  });

  it("is not measured where nothing can be held out", async () => {
    writeFileSync(at("one.csv"), "a,x\nb,y\nc,x\nd,y\n");
    const { code, err } = await learn("one.csv", "one");
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(/quality: not measured: .*two ratings/),
    });
  });
});

describe("advise", () => {
  it("says what it cannot know of a single user, and draws nothing", async () => {
    writeFileSync(
      at("single.csv"),
      Array.from({ length: 20 }, (_, i) => `u,i${i},${1 + (i % 5)}\n`).join(""),
    );
    const { code, out } = await erasable(
      "advise",
      at("single.csv"),
      "--minutes",
      "0.1",
      "--out",
      at("single"),
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^EASE, who rated what .* – +– /m); // nobody else can be forgotten
    expect(out).not.toContain("Picture");
    expect(await erasable("advise", at("liked.csv"), "--for", "ratings", "--minutes", "0.1")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/nobody has two held-out ratings that differ/),
    });
  });
});

describe("recommend", () => {
  it("for several users, as table, CSV and JSON", async () => {
    await learn("clicks.csv", "many", "--no-quality");
    writeFileSync(at("list"), 'u5\n"u7"\n');
    const asked = [
      "recommend",
      "--system",
      at("many"),
      "--user",
      "u3",
      "--users-file",
      at("list"),
      "--count",
      "2",
    ];
    const csv = (await erasable(...asked, "--csv")).out.trimEnd().split("\n");
    expect(csv).toHaveLength(7);
    expect(csv[0]).toBe("user,place,item,score");
    expect(csv[4]).toMatch(/^u5,2,i\d+,0\.\d+$/);
    const json = JSON.parse((await erasable(...asked, "--json")).out);
    expect(json.map(({ user }: { user: string }) => user)).toEqual(["u3", "u5", "u7"]);
    expect(json[1].items[1].item).toBe(csv[4].split(",")[2]);
    expect((await erasable(...asked)).out).toMatch(/^For u3:\nPlace[\s\S]*\n\nFor u5:\n/);
    expect(Number(/\d+/.exec(json[0].items[0].item)?.[0]) % 2).toBe(1); // of u3's own half
  });

  it("names all who are not known before it writes anything", async () => {
    const asked = ["recommend", "--system", at("many"), "--users", "u1,x1,x2,x3,x4", "--csv"];
    const { code, out, err } = await erasable(...asked);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/"x1", "x2", "x3" and 1 more: these 4 users are not in the system/);
    expect((await erasable("recommend", "--system", at("many"))).err).toMatch(/--users-file/);
  });
});

describe("how a file was read", () => {
  const columns = ["--columns", "user=3,item=2,rating=1"];

  it("stays with the system: a copied line of a list names the user and the item that learn took", async () => {
    await learn("turned.csv", "turned", ...columns, "--no-quality");
    const [line] = readFileSync(at("turned.csv"), "utf8").split("\n");
    const [, item, user] = line.split(";");
    writeFileSync(at("pairs"), `${line}\n`);
    const certificate = at("turned.json");
    const { code, err } = await erasable(
      ...["unlearn", "--system", at("turned"), "--ratings-file", at("pairs"), "--certificate", certificate],
    );
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(new RegExp(`read as learn read its file: user "${user}", item "${item}"`)),
    });
    const rest = at("turned-rest.csv");
    writeFileSync(rest, readFileSync(at("turned.csv"), "utf8").replace(`${line}\n`, ""));
    const verified = await erasable("verify", certificate, "--ratings", rest);
    expect(verified.err).toMatch(
      /is read as learn read its file: --columns user=3,item=2,rating=1 --scale 1-5/,
    );
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining("The certificate holds") });
  });
});

describe("methods that only approximate forgetting", () => {
  const short = ["--method", "scif", "--model", "bpr", "--epochs", "1", "--no-quality"];

  it("name no certificate, refuse one before anything is forgotten, and make no key", async () => {
    const learned = await learn("clicks.csv", "scif", ...short);
    expect(learned).toMatchObject({ code: 0, out: expect.not.stringContaining("--certificate") });
    const unlearn = (...more: string[]) => erasable("unlearn", "--system", at("scif"), ...more);
    const refused = await unlearn("--users", "u4,u5", "--certificate", at("scif.json"));
    expect(refused).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--certificate: scif only approximates .* Nothing was forgotten/s),
    });
    expect((await erasable("recommend", "--system", at("scif"), "--user", "u4")).code).toBe(0);
    const { code, out } = await unlearn("--users", "u4,u5");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Approximately forgotten: 2 users; .*\nGuarantee: approximate: .*nothing is certified/,
    );
    expect(readdirSync(home).filter((name) => /^scif.+(json|key)$/.test(name))).toEqual([]);
    expect(JSON.parse((await unlearn("--users", "u6", "--json")).out)).toMatchObject({ certificate: null });
  });
});

describe("models of pairs", () => {
  const bpr = ["--model", "bpr", "--epochs", "1", "--no-quality"];

  it("say that they do not use how something was rated", async () => {
    const said = async (file: string) =>
      (await learn(file, `pairs-${file}`, ...bpr, "--method", "retrain")).err;
    expect(await said("stars.csv")).toMatch(
      /model bpr learns who rated what: how it was rated is not used$/m,
    );
    expect(await said("thumbs.csv")).toMatch(/a thumb down counts like a thumb up$/m);
    expect(await said("clicks.csv")).not.toContain("who rated what");
    const tried = async (file: string) =>
      candidatesFor(await loadDataset(at(file)), 1e6).map(({ label }) => label);
    expect(await tried("stars.csv")).toContain("Retrain BPR");
    expect(await tried("thumbs.csv")).not.toContain("Retrain BPR");
  });

  it("name a user who has every item, by id, before anything is written", async () => {
    const all = Array.from({ length: 40 }, (_, item) => `u0,i${item}\n`).join("");
    writeFileSync(
      at("full.csv"),
      `${readFileSync(at("clicks.csv"), "utf8").replace(/^u0,.*\n/gm, "")}${all}`,
    );
    for (const method of ["retrain", "laser"]) {
      const { code, err } = await learn("full.csv", "full", ...bpr, "--method", method);
      expect({ code, err }).toEqual({
        code: 2,
        err: expect.stringMatching(/user "u0" has all 40 items, .*as model bpr needs; .*item-knn/),
      });
    }
    expect(readdirSync(home)).not.toContain("full");
  });
});
