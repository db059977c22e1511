/**
 * The whole story of ratings of one's own, as a person at a terminal lives it: check, advise, learn, recommend, unlearn,
 * verify, every command but the first as a message of the one before gives it.
 */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Random } from "../../lib/random";
import { erasable } from "./support";

const home = mkdtempSync(join(tmpdir(), "erasable-story-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The words of a command as a shell reads them, without "npx erasable". */
const words = (command: string): string[] =>
  execFileSync("sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" })
    .trimEnd()
    .split("\n")
    .slice(2);

const lineWith = (text: string, beginning: string): string =>
  text
    .split("\n")
    .find((line) => line.trim().startsWith(beginning))
    ?.trim() ?? "";

const TASTES = 3;
/** Users with one taste in three, and what they take: two in three times of their own. */
function pairs(users: number, items: number, each: number): [user: number, item: number, own: boolean][] {
  const random = Random.stream(7, "story");
  return Array.from({ length: users }, (_, user) => {
    const ownItems = Array.from({ length: items / TASTES }, (_, k) => TASTES * k + (user % TASTES));
    const taken = new Set<number>();
    while (taken.size < each)
      taken.add(random.below(10) < 8 ? ownItems[random.below(ownItems.length)] : random.below(items));
    return [...taken].map((item): [number, number, boolean] => [user, item, item % TASTES === user % TASTES]);
  }).flat();
}

interface Kind {
  readonly name: string;
  readonly header: string;
  readonly row: (user: number, item: number, own: boolean, k: number) => string;
  /** what check says */
  readonly says: RegExp;
  /** the erased user's id and the beginning of the user's lines */
  readonly user: string;
  readonly begins: string;
}

const stars = (own: boolean, k: number) => (own ? 4 + (k % 2) : 1 + (k % 3));
const KINDS: readonly Kind[] = [
  {
    name: "a shop's orders",
    header: "customer_email,product,quantity\n",
    row: (user, item, _, k) =>
      `"ann+${user}@example.org","Mug, ""no. ${item}""",${1 + ((k * k) % 97) * (k % 5)}\n`,
    says: /clicks, orders or plays: pairs without ratings \(its name says counts/,
    user: "ann+1@example.org",
    begins: '"ann+1@example.org"',
  },
  {
    name: "MovieLens' CSV",
    header: "userId,movieId,rating,timestamp\n",
    row: (user, item, own, k) => `${user + 1},${item + 1},${stars(own, k)}.0,${964_982_703 + k}\n`,
    says: /ratings from 1 to 5, liked from 4 on/,
    user: "2",
    begins: "2,",
  },
  {
    name: "0 to 100",
    header: "who;what;score\n",
    row: (user, item, own, k) => `u${user};i${item};${20 * stars(own, k) - (k % 20)}\n`,
    says: /ratings from 0 to 100, liked from 75 on/,
    user: "u1",
    begins: "u1;",
  },
  {
    name: "thumbs",
    header: "user,item,rating\n",
    row: (user, item, own) => `u${user},i${item},${own ? 1 : -1}\n`,
    says: /ratings from -1 to 1.*thumbs down \(-1\) and up \(1\)/,
    user: "u1",
    begins: "u1,",
  },
  {
    name: "a RecBole .inter",
    header: "item_id:token\tuser_id:token\trating:float\ttimestamp:float\n",
    row: (user, item, own, k) => `i${item}\tu${user}\t${stars(own, k)}\t${964_982_703 + k}\n`,
    says: /user = "user_id:token", column 2/,
    user: "u1",
    begins: "",
  },
];

describe.each(KINDS)("$name", ({ name, header, row, says, user, begins }) => {
  it("from check to verify", async () => {
    const file = join(home, `${name.replace(/\W/g, " ")}.csv`);
    const lines = pairs(90, 60, 9).map(([u, i, own], k) => row(u, i, own, k));
    writeFileSync(file, header + lines.join(""));

    const checked = await erasable("check", file);
    expect(checked).toMatchObject({ code: 0, out: expect.stringMatching(says) });

    const advising = words(lineWith(checked.out, "npx erasable advise"));
    const pictures = join(home, `pictures of ${name}`);
    const advised = await erasable(...advising, "--minutes", "0.1", "--out", pictures);
    expect(advised.code).toBe(0);
    expect(advised.err).toMatch(/methods?, about .* in all, at most 6.0 s \(--minutes\)/);
    expect(advised.out).toMatch(/^Method +All items, NDCG@10/);
    expect(advised.out).toMatch(/\(popularity\)/);
    expect(advised.out).toMatch(/Take \S.*: it .*\(0\.\d+/);
    expect(existsSync(join(pictures, "advice.svg"))).toBe(true);

    const folder = join(home, `the system of ${name}`);
    const learning = words(lineWith(advised.out, "npx erasable learn"));
    const place = learning.indexOf("my-system");
    const learned = await erasable(...learning.with(place, folder));
    expect(learned.code).toBe(0);
    expect(learned.out).toMatch(/all items ranked, NDCG@10: 0\.\d+ \(by popularity 0\.\d+/);
    expect(learned.out).not.toContain("Beware");

    const recommended = await erasable(...words(lineWith(learned.out, "npx erasable recommend")));
    expect(recommended).toMatchObject({ code: 0, out: expect.stringMatching(/^Place +Item +Score/) });

    const certificate = join(home, `${name}.json`);
    const unlearning = words(lineWith(learned.out, "npx erasable unlearn"));
    const unlearned = await erasable(
      ...unlearning
        .with(unlearning.indexOf("--users") + 1, user)
        .with(unlearning.indexOf("--certificate") + 1, certificate),
    );
    expect(unlearned.code).toBe(0);

    const remaining = join(home, `remaining of ${name}.csv`);
    const others = lines.filter((line) =>
      begins === "" ? !line.includes(`\t${user}\t`) : !line.startsWith(begins),
    );
    writeFileSync(remaining, header + others.join(""));
    const verifying = words(lineWith(unlearned.out, "npx erasable verify").replace("<file>", "FILE"));
    const verified = await erasable(...verifying.with(verifying.indexOf("FILE"), remaining));
    expect(verified).toMatchObject({
      code: 0,
      err: expect.stringMatching(/is read as learn read its file: --/),
    });
    expect(verified.out).toContain("The certificate holds");
    expect(readFileSync(certificate, "utf8")).not.toContain(user === "2" ? '"2"' : user);
    const again = await erasable("recommend", "--system", folder, "--user", user);
    expect(again).toMatchObject({ code: 2, err: expect.stringMatching(/not in the system/) });
  }, 60_000);
});
