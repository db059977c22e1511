import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CATALOG, type Counts, catalogEntry } from "../../lib/data/catalog";
import { core } from "../../lib/data/core";
import { describe as statistics } from "../../lib/data/describe";
import { checksum, type Interactions, itemCount, ratingCount, userCount } from "../../lib/data/interactions";
import { fetchDataset, findDataset, loadDataset, projectDataFolder } from "../../lib/data/load";
import { referenceTo } from "../../lib/data/reference";
import { synthesize } from "../../lib/data/synthetic";
import { SYNTHETIC_PRESETS } from "../../lib/data/syntheticOptions";
import { InputError, StoppedError } from "../../lib/errors";
import { listed, realData } from "./helpers";

const counts = (data: Interactions): Counts => ({
  ratings: ratingCount(data),
  users: userCount(data),
  items: itemCount(data),
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "erasable-load-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true });
});
function put(path: string, content: string | Uint8Array): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, ".."), { recursive: true });
  writeFileSync(whole, content);
  return whole;
}

/** Writes a data set of the right shape, made up, in the format of the catalog's entry. */
function putFeigned(name: string, text: string): void {
  for (const file of catalogEntry(name).ratings) put(join(name, file), text);
}

describe("the sets of the catalog", () => {
  // Section 1 of the protocol. Without the real files the same road is driven with the generated set of that shape.
  const present = CATALOG.filter(
    (entry) => realData !== undefined && findDataset(entry, realData) !== undefined,
  );
  for (const entry of present) {
    it(`${entry.name}: counts as published, and after the 5-core`, async () => {
      const data = await loadDataset(entry.name, { dataFolder: realData });
      expect(counts(data)).toEqual(entry.counts);
      expect(counts(core(data, 5))).toEqual(entry.core5);
      expect(data.provenance).toMatchObject({ name: entry.name, synthetic: false, steps: [] });
    });
  }

  // of version 1: records and certificates name their data by them
  const CHECKSUMS: Readonly<Record<string, string>> = {
    "ml-1m": "d4b45eddc6262d0db3d96bcb302bf853dd288e3c348320c831a80b24d48c29fa",
    "ml-100k": "856006e779c50900e32b7ff2b6d48bf8490f0c9425e21f1a3259633807884ecc",
    "amazon-music": "917b3abec0a7338b58666e31a6817de2d7a33e9757943c9fa6a2494688676863",
    "amazon-digital-music-implicit": "253c4f9085dce9864712247929ad081fe660ab5ae7be38a11386d1288ac34cf1",
  };
  for (const { name, ratings } of present.filter((entry) => entry.name in CHECKSUMS)) {
    it(`${name}: the same ratings, to the bit, by name and as a file of one's own`, async () => {
      expect(checksum(await loadDataset(name, { dataFolder: realData }))).toBe(CHECKSUMS[name]);
      if (ratings.length > 1) return;
      const own = await loadDataset(join(realData as string, name, ratings[0]));
      expect(checksum(own)).toBe(CHECKSUMS[name]);
    });
  }

  const stand = present.some((entry) => entry.name === "ml-1m") ? "synthetic" : "synthetic-ml-1m";
  it(`reads back ${stand}, written as MovieLens writes`, async () => {
    const { data } = synthesize(SYNTHETIC_PRESETS[stand]);
    const read = await loadDataset(put("ratings.dat", `${listed(data).join("\n").replaceAll(" ", "::")}\n`));
    expect(checksum(read)).toBe(checksum(data));
    const { users, items, ratings } = SYNTHETIC_PRESETS[stand];
    expect(counts(core(read, 5))).toEqual({ users, items, ratings });
  });

  it("amazon-digital-music-implicit holds ones only", async () => {
    putFeigned("amazon-digital-music-implicit", "uid,iid,val\n1,1,1\n2,1,5\n");
    await expect(loadDataset("amazon-digital-music-implicit", { dataFolder: folder })).rejects.toThrow(
      'line 3: rating "5" is outside the scale (1)',
    );
  });

  it("refuses a set that is not the published one, naming what was found and what is expected", async () => {
    putFeigned("ml-100k", "1\t2\t3\t4\n2\t2\t4\t4\n");
    await expect(loadDataset("ml-100k", { dataFolder: folder })).rejects.toThrow(
      "not the published ml-100k: 2 ratings where 100000 are expected, 2 users where 943 are expected, 1 items where 1682",
    );
  });

  it("needs both files of a set that has two", async () => {
    put("amazon-music/AMusic.train.rating", "0\t1\t5\n");
    await expect(loadDataset("amazon-music", { dataFolder: folder })).rejects.toThrow("Three ways to go on");
    put("amazon-music/AMusic.test.rating", "0\t1\t4\n");
    await expect(loadDataset("amazon-music", { dataFolder: folder })).rejects.toThrow(
      /AMusic\.test\.rating: line 1: user 0 rates item 1 again, after .*AMusic\.train\.rating: line 1/,
    );
  });
});

describe("where it looks", () => {
  it("first under ERASABLE_DATA, also for a folder that is given", async () => {
    putFeigned("ml-100k", "1\t2\t9\n");
    vi.stubEnv("ERASABLE_DATA", folder);
    await expect(loadDataset("ml-100k")).rejects.toThrow(
      `${join(folder, "ml-100k", "u.data")}: line 1: rating "9" is outside the scale (1 to 5)`,
    );
    const other = join(folder, "other");
    await expect(loadDataset("ml-100k", { dataFolder: other })).rejects.toThrow(
      `is not in ${join(other, "ml-100k")}`,
    );
  });

  it("has a data folder beside the project's notebooks", () => {
    expect(projectDataFolder()).toBe(join(__dirname, "../../data"));
  });

  it("tells the three ways to get a set that is missing", async () => {
    const missing = loadDataset("ml-1m", { dataFolder: folder });
    await expect(missing).rejects.toThrow(InputError);
    await expect(missing).rejects.toThrow("1. fetch it: npx erasable data fetch ml-1m");
    await expect(missing).rejects.toThrow("2. set ERASABLE_DATA to a folder that holds ml-1m/ratings.dat");
    await expect(missing).rejects.toThrow("3. give the path of a file of ratings of your own");
  });

  it("knows no other names, options or stopped work", async () => {
    await expect(loadDataset("movielens")).rejects.toThrow(
      'data set "movielens" is not in the catalog; known: ml-1m',
    );
    await expect(loadDataset("ml-1m", { folder } as object)).rejects.toThrow('unknown key "folder"');
    await expect(loadDataset("ml-1m", { signal: AbortSignal.abort() })).rejects.toThrow(StoppedError);
  });
});

describe("fetching a set of the catalog", () => {
  const serve = (content: string) => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (url: string) => {
      asked.push(url);
      return new Response(content);
    });
    return asked;
  };

  it("happens only when asked for", async () => {
    const asked = serve("1,2,3\n");
    await expect(loadDataset("amazon-digital-music", { dataFolder: folder })).rejects.toThrow("Three ways");
    expect(asked).toEqual([]);
  });

  it("refuses what does not pass its checksum, and keeps what was there", async () => {
    putFeigned("ml-1m", "old");
    const asked = serve("no archive");
    await expect(fetchDataset("ml-1m", { dataFolder: folder })).rejects.toThrow(
      /ml-1m\.zip: the file has MD5/,
    );
    expect(asked).toEqual(["https://files.grouplens.org/datasets/movielens/ml-1m.zip"]);
    expect(readFileSync(join(folder, "ml-1m", "ratings.dat"), "utf8")).toBe("old");
  });

  it("counts what has no checksum before it takes its place", async () => {
    serve("A1,B1,5.0,978480000\n");
    const load = () => loadDataset("amazon-digital-music", { dataFolder: folder, download: true });
    await expect(load()).rejects.toThrow("1 ratings where 836006 are expected");
    expect(findDataset(catalogEntry("amazon-digital-music"), folder)).toBeUndefined();
    serve("<html>please log in</html>");
    await expect(load()).rejects.toThrow('is a web page or XML, not ratings: line 1 is "<html>please');
  });
});

describe("generated sets", () => {
  it("come by name", async () => {
    const data = await loadDataset("synthetic");
    expect(checksum(data)).toBe(checksum(synthesize().data));
    expect(data.provenance.synthetic).toBe(true);
  });
});

describe("a file of one's own", () => {
  it("is read whatever its name, gzipped or not", async () => {
    const files = {
      "a.csv": "user,item,rating\n1,2,4.5\n1,3,2\n",
      "b.dat": "1::2::4.5\n1::3::2\n",
      "c.tsv": "1\t2\t4.5\n1\t3\t2\n",
      "d.jsonl": '{"reviewerID":"1","asin":"2","overall":4.5}\n{"reviewerID":"1","asin":"3","overall":2}\n',
    };
    for (const [name, text] of Object.entries(files)) {
      expect(listed(await loadDataset(put(name, text)))).toEqual(["1 2 4.5", "1 3 2"]);
      expect(listed(await loadDataset(put(`${name}.gz`, gzipSync(text))))).toEqual(["1 2 4.5", "1 3 2"]);
    }
  });

  it("keeps its path as its name; the way in which it is read stands behind it, or in options", async () => {
    const path = put("mine.txt", "1,2,9\n2,2,10\n");
    for (const [name, options] of [
      [path, { scale: "0-20", liked: 10 }],
      [`${path}?scale=0-20&liked=10`, {}],
      [referenceTo(path, { scale: "0-20", liked: 10 }), {}],
      [`${path}?scale=0-10&liked=10`, { scale: "0-20" }],
    ] as const) {
      const data = await loadDataset(name, options);
      expect(data.provenance).toMatchObject({ name, scale: { least: 0, most: 20, liked: 10 } });
      expect(data.provenance.reading).toMatch(/^mine\.txt: 2 read; UTF-8, separated by comma; no header/);
      expect(statistics(data).mean).toBeCloseTo(9.5, 5);
      expect(statistics(data).histogram.map(({ rating }) => rating)).toEqual([9, 10]);
    }
    await expect(loadDataset(`${path}?scal=1`)).rejects.toThrow(
      /mine\.txt\?scal=1: unknown key "scal"; known keys are columns/,
    );
    await expect(loadDataset(path, { scale: "five" })).rejects.toThrow(
      /scale: the text "five" is not the lowest and the/,
    );
    await expect(loadDataset("ml-1m", { scale: "1-10" })).rejects.toThrow(
      /scale: ml-1m is read as the catalog says/,
    );
  });

  it("may have a question mark in its name", async () => {
    const path = put("what?.csv", "1,2,4\n2,2,3\n");
    expect((await loadDataset(path)).userIds).toEqual(["1", "2"]);
    expect((await loadDataset(`${path}?implicit=true`)).provenance.scale?.most).toBe(1);
  });

  it("that is not there is named", async () => {
    await expect(loadDataset(join(folder, "none.csv"))).rejects.toThrow(
      /none\.csv: cannot be read \(no such file/,
    );
  });
});
