/**
 * Streams of requests: random ratings, methods, settings, and requests one after another, with the folder closed and opened
 * in between. After each request its certificate holds, which is to say that learning afresh without the erased data gives
 * the same system bit for bit, from all ratings with the key and from the remaining ratings without it; the erased are
 * refused and in no file; and a certificate that was tampered with does not hold.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { type Interactions, interactionsFrom, selectRatings } from "../../lib/data/interactions";
import { InputError } from "../../lib/errors";
import { canonicalJson, sha256 } from "../../lib/json";
import { Random } from "../../lib/random";
import { type LearnSettings, learn, open, verify } from "../../lib/unlearning/api";
import { type Certificate, signed } from "../../lib/unlearning/certificate";
import type { ErasableSystem } from "../../lib/unlearning/erasableSystem";
import { fileOf } from "../training/world";
import { EVERY_METHOD } from "../unlearning/everyMethod";
import { contents, KEY } from "../unlearning/support";
import { amount, count, LIMIT, SEED } from "./amount";

const STREAMS = amount(24, 450);
const home = mkdtempSync(join(tmpdir(), "erasable-streams-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Ids of one length, so that none is in another, and too long to stand in a hash by chance. */
const STYLES: readonly ((k: number) => string)[] = [
  (k) => `${700_000_000_000 + k}`,
  (k) => `user ${100 + k}`,
  (k) => `ü${100 + k},"x"`,
  (k) => `<b>${100 + k}&`,
];

function ratingsFrom(random: Random): Interactions {
  const [users, items] = [10 + random.below(16), 8 + random.below(10)];
  const rows: [number, number, number][] = [];
  for (let user = 0; user < users; user++) {
    const order = random.shuffle(Array.from({ length: items }, (_, item) => item));
    const rated = random.below(7) === 0 ? 1 : 2 + random.below(7);
    for (const item of order.slice(0, rated)) rows.push([user, item, 1 + random.below(5)]);
  }
  const style = STYLES[random.below(STYLES.length)];
  return interactionsFrom(
    {
      users: Uint32Array.from(rows, ([user]) => user),
      items: Uint32Array.from(rows, ([, item]) => item),
      ratings: Float32Array.from(rows, ([, , rating]) => rating),
    },
    Array.from({ length: users }, (_, k) => style(k)),
    Array.from({ length: items }, (_, k) => `item ${100 + k}`),
    { name: "stream", synthetic: true, steps: [] },
  );
}

function settingsFrom(random: Random): LearnSettings {
  const [, settings] = EVERY_METHOD[random.below(EVERY_METHOD.length)];
  const { epochs, groups } = settings;
  return {
    ...settings,
    ...(epochs === undefined ? {} : { epochs: 1 + random.below(3), seed: random.below(100) }),
    ...(epochs === undefined ? {} : { batchSize: [8, 16, 64][random.below(3)] }),
    ...(groups === undefined ? {} : { groups: 1 + random.below(4) }),
  };
}

type Pair = [user: string, item: string];
interface Request {
  readonly users: string[];
  readonly ratings: Pair[];
}

/** The pairs that are left, by ids. */
function pairsOf(data: Interactions): Pair[] {
  const { offsets, columns } = data.byUser;
  return data.userIds.flatMap((id, user) =>
    Array.from(columns.subarray(offsets[user], offsets[user + 1]), (item): Pair => [id, data.itemIds[item]]),
  );
}

/** Users, single ratings, both, all ratings of one user one by one, or all of one item. */
function requestFrom(random: Random, left: readonly Pair[]): Request {
  const users = random.shuffle([...new Set(left.map(([user]) => user))]);
  const some = (most: number) => random.shuffle([...left]).slice(0, 1 + random.below(most));
  switch (random.below(6)) {
    case 0:
    case 1:
      return { users: users.slice(0, 1 + random.below(4)), ratings: [] };
    case 2:
      return { users: [], ratings: some(4) };
    case 3:
      return { users: users.slice(0, 1), ratings: some(3).filter(([user]) => user !== users[0]) };
    case 4:
      return { users: [], ratings: left.filter(([user]) => user === users[0]) };
    default:
      return { users: [], ratings: left.filter(([, item]) => item === some(1)[0][1]) };
  }
}

const FAKE = "ab".repeat(32);

/** What a forger may change; the digest is made anew. Undefined where there is nothing of the kind. */
const FORGERIES: readonly ((c: Mutable) => unknown)[] = [
  (c) => c.erased.users++,
  (c) => c.erased.ratings--,
  (c) => c.erased.userTags.push(FAKE) && c.erased.users++,
  (c) => c.erased.userTags.length > 0 && c.erased.userTags.pop() && c.erased.users--,
  (c) => c.erased.userTags.length > 0 && c.erased.userTags.fill(FAKE),
  (c) => c.erased.ratingTags.length > 0 && c.erased.ratingTags.fill(FAKE),
  (c) => c.after.users++,
  (c) => c.after.items--,
  (c) => Object.assign(c.after, { data: FAKE }),
  (c) => Object.assign(c.after, { model: FAKE }),
  (c) => Object.assign(c.after, { plan: FAKE }),
  (c) => c.after.artefacts.pop(),
  (c) => c.after.artefacts.push(`record/${FAKE}`),
  (c) => c.renewed++,
  (c) => Object.assign(c, { code: "0".repeat(16) }),
  (c) => Object.assign(c, { format: "erasable certificate, format 0" }),
];
type Mutable = {
  erased: { users: number; ratings: number; userTags: string[]; ratingTags: string[] };
  after: { users: number; items: number; artefacts: string[] };
  renewed: number;
};

function forged(certificate: Certificate, random: Random): Certificate | undefined {
  const copy = structuredClone(certificate) as unknown as Mutable;
  const change = FORGERIES[random.below(FORGERIES.length)];
  if (!change(copy) || canonicalJson(copy) === canonicalJson(certificate)) return undefined;
  const { digest: _, ...whole } = copy as unknown as Certificate;
  if (random.below(4) === 0) return { ...whole, digest: sha256(canonicalJson(whole)) } as Certificate;
  const { signature: __, signer: ___, ...statement } = whole;
  return signed(statement, KEY); // the operator lies
}

async function holds(certificate: Certificate, data: Interactions, options: object): Promise<boolean> {
  count("verifications", 1);
  try {
    return (await verify(certificate, data, options)).ok;
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return false;
  }
}

async function stream(number: number): Promise<void> {
  const random = Random.stream(SEED, "stream", number);
  const original = ratingsFrom(random);
  const settings = settingsFrom(random);
  const folder = random.below(5) < 2 ? join(home, `${number}`) : undefined;
  let system: ErasableSystem;
  try {
    system = await learn(original, { ...settings, folder });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    count("refused settings", 1); // somebody has rated everything, of whom no negative can be drawn
    return;
  }
  let data = original;
  const erased = new Set<string>();
  const earlier: Certificate[] = [];
  for (let n = 1 + random.below(4); n > 0; n--) {
    const left = pairsOf(data);
    const request = requestFrom(random, left);
    const regroup = random.below(5) === 0;
    const where = `seed ${SEED}, stream ${number}: ${JSON.stringify({ ...settings, ...request, regroup })}`;
    const before = system.fingerprint;
    const done = await system.forget(request, { key: KEY, regroup }).catch((error: Error) => error);
    if (done instanceof Error) {
      expect(done, where).toBeInstanceOf(InputError);
      expect(system.fingerprint, where).toBe(before);
      count("refused requests", 1);
      continue;
    }
    count("requests", 1);
    const gone = new Set(request.ratings.map((pair) => pair.join("\n")));
    for (const user of request.users) erased.add(user);
    const { userIds, itemIds } = data;
    const { columns } = data.byUser;
    const isLeft = (user: number, place: number) =>
      !erased.has(userIds[user]) && !gone.has(`${userIds[user]}\n${itemIds[columns[place]]}`);
    data = selectRatings(data, isLeft, "what is left");
    if (folder !== undefined && random.below(2) === 0) {
      await system.close();
      system = await open(folder);
      if (done.certificate) expect(system.fingerprint, where).toBe(done.certificate.after.model);
    }
    for (const user of request.users) expect(() => system.recommend(user, 1), where).toThrow(InputError);
    if (folder !== undefined)
      for (const [file, text] of contents(folder))
        for (const user of erased) {
          const written = Buffer.from(JSON.stringify(user).slice(1, -1)).toString("latin1");
          expect(text.includes(written), `${where}: ${user} in ${file}`).toBe(false);
        }
    if (!done.certificate) continue;
    await check(system, done.certificate, { original, data, earlier, erased, where, random });
    earlier.push(done.certificate);
  }
  await system.close();
}

interface Known {
  readonly original: Interactions;
  readonly data: Interactions;
  readonly earlier: readonly Certificate[];
  readonly erased: ReadonlySet<string>;
  readonly where: string;
  readonly random: Random;
}

async function check(system: ErasableSystem, certificate: Certificate, known: Known): Promise<void> {
  const { original, data, earlier, erased, where, random } = known;
  const withKey = { plan: system.plan, key: KEY, earlier };
  expect(await holds(certificate, original, withKey), where).toBe(true);
  const { offsets } = data.byUser;
  const rates = (user: number) => offsets[user + 1] > offsets[user];
  if (original.userIds.every((id, user) => rates(user) || erased.has(id))) {
    // nobody is left without a rating, whom a file of ratings could not name
    const remaining = fileOf(data, rates);
    const options = { plan: system.plan, itemIds: original.itemIds };
    expect(await holds(certificate, remaining, options), `${where}, remaining file`).toBe(true);
  }
  const forgery = forged(certificate, random);
  if (!forgery) return;
  count("forgeries", 1);
  expect(await holds(forgery, original, withKey), `${where}: ${JSON.stringify(forgery)}`).toBe(false);
}

it(
  `${STREAMS} streams of requests (seed ${SEED})`,
  async () => {
    for (let number = 0; number < STREAMS; number++) {
      await stream(number).catch((error: Error) => {
        error.message = `stream ${number}: ${error.message}`;
        throw error;
      });
      count("streams", 1);
      await breathe(); // the test runner hears from this thread
    }
  },
  LIMIT,
);
