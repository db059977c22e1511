import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CATALOG, type Counts, catalogEntry } from "../../lib/data/catalog";
import { core } from "../../lib/data/core";
import { describe as statistics } from "../../lib/data/describe";
import { checksum, type Interactions, itemCount, ratingCount, userCount } from "../../lib/data/interactions";
import {
  fetchDataset,
  findDataset,
  loadDataset,
  loadOrSynthetic,
  projectDataFolder,
} from "../../lib/data/load";
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
      expect(data.provenance).toEqual({ name: entry.name, synthetic: false, steps: [] });
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
      'line 3: rating "5" is outside the scale of this data set (1)',
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
      /AMusic\.test\.rating: line 1: user 0 rates item 1 for the second time/,
    );
  });
});

describe("where it looks", () => {
  it("first under ERASABLE_DATA, also for a folder that is given", async () => {
    putFeigned("ml-100k", "1\t2\t9\n");
    vi.stubEnv("ERASABLE_DATA", folder);
    await expect(loadDataset("ml-100k")).rejects.toThrow(
      `${join(folder, "ml-100k", "u.data")}: line 1: rating "9"`,
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
    await expect(missing).rejects.toThrow("3. give the path of a rating file of your own");
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
    await expect(load()).rejects.toThrow(
      'line 1: expected user,item,rating or user,item,rating,time, found "<html>',
    );
  });
});

describe("generated sets", () => {
  it("come by name", async () => {
    const data = await loadDataset("synthetic");
    expect(checksum(data)).toBe(checksum(synthesize().data));
    expect(data.provenance.synthetic).toBe(true);
  });

  it("stand in for a real set that is not there, and say so", async () => {
    const { data, notice } = await loadOrSynthetic("ml-1m", { dataFolder: folder });
    expect(data.provenance).toMatchObject({ name: "synthetic", synthetic: true });
    expect(notice).toMatch(/MovieLens 1M is not on this machine.*SYNTHETIC.*npx erasable data fetch ml-1m/);
    const shaped = await loadOrSynthetic("ml-1m", { dataFolder: folder, fallback: "synthetic-ml-1m" });
    expect(shaped.data.provenance.name).toBe("synthetic-ml-1m");
  });

  it("never stand in for a file that is there but damaged, nor for an unknown name", async () => {
    putFeigned("ml-1m", "1::2::x\n");
    await expect(loadOrSynthetic("ml-1m", { dataFolder: folder })).rejects.toThrow(
      'rating "x" is not a number',
    );
    await expect(loadOrSynthetic("ml-2m", { dataFolder: folder })).rejects.toThrow("not in the catalog");
    await expect(loadOrSynthetic("ml-1m", { fallback: "ml-100k" as "synthetic" })).rejects.toThrow(
      "fallback",
    );
  });

  it("need no notice when the name asks for them", async () => {
    expect((await loadOrSynthetic("synthetic")).notice).toBeUndefined();
  });
});

describe("a file of one's own", () => {
  it("is read by its extension, gzipped or not", async () => {
    const files = {
      "a.csv": "user,item,rating\n1,2,4.5\n",
      "b.dat": "1::2::4.5\n",
      "c.tsv": "1\t2\t4.5\n",
      "d.jsonl": '{"reviewerID":"1","asin":"2","overall":4.5}\n',
    };
    for (const [name, text] of Object.entries(files)) {
      expect(listed(await loadDataset(put(name, text)))).toEqual(["1 2 4.5"]);
      expect(listed(await loadDataset(put(`${name}.gz`, gzipSync(text))))).toEqual(["1 2 4.5"]);
    }
  });

  it("keeps its path as its name, and may say its format and scale", async () => {
    const path = put("mine.txt", "1,2,9\n2,2,10\n");
    const data = await loadDataset(path, { format: "csv", scale: { least: 1, most: 10 } });
    expect(data.provenance).toEqual({ name: path, synthetic: false, steps: [] });
    expect(statistics(data).mean).toBe(9.5);
    await expect(loadDataset(path, { format: "csv" })).rejects.toThrow('rating "9" is outside the scale');
    await expect(loadDataset(path, { format: "xml" as "csv" })).rejects.toThrow(
      'format: "xml" is not one of',
    );
  });

  it("that is not there is named", async () => {
    await expect(loadDataset(join(folder, "none.csv"))).rejects.toThrow(/none\.csv: cannot be read \(ENOENT/);
  });
});
