import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CATALOG, type CatalogEntry, type Download } from "../../lib/data/catalog";
import { type DownloadProgress, fetchEntry } from "../../lib/data/download";
import { InputError, StoppedError } from "../../lib/errors";
import { Random } from "../../lib/random";
import { startServer, type TestServer } from "./server";

const digest = (kind: string, content: Uint8Array) => createHash(kind).update(content).digest("hex");
const random = Random.stream(1, "download");
const content = Uint8Array.from({ length: 300_000 }, () => random.below(256)); // several chunks
const text = (words: string) => Buffer.from(words, "utf8");

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "erasable-download-"));
  return () => rmSync(folder, { recursive: true });
});

/** An entry whose one file, or one archive, is on the test server. */
function entryOf(download: Partial<Download>): CatalogEntry {
  const whole: Download = {
    url: `${server.address}/set.bin`,
    kind: "file",
    files: [{ path: "ratings.csv" }],
    ...download,
  };
  return { ...CATALOG[0], name: "set", ratings: ["ratings.csv"], downloads: [whole] };
}

const sum = digest("sha256", content);
const checked = () => entryOf({ sha256: sum });
const target = () => join(folder, "set", "ratings.csv");
const staging = () => join(folder, "set", ".fetching");
const part = () => join(staging(), "set.bin.part");
const quick = { retries: 3, pauseMs: 1 };
/** The connection breaks when something has arrived, if the server stands still. */
const cutting = { ...quick, onProgress: () => server.cut() };
/** A good file that a bad download must not touch. */
function putGoodFile(): void {
  mkdirSync(join(folder, "set"));
  writeFileSync(target(), "good");
}

describe("fetching a file", () => {
  it("brings it, tells the progress and leaves nothing else behind", async () => {
    server.behaviour = { content, etag: '"1"' };
    const seen: DownloadProgress[] = [];
    const place = await fetchEntry(checked(), folder, { ...quick, onProgress: (p) => seen.push(p) });
    expect(place).toBe(join(folder, "set"));
    expect(digest("sha256", readFileSync(target()))).toBe(sum);
    expect(readdirSync(place)).toEqual(["ratings.csv"]);
    expect(seen.at(-1)).toEqual({ file: "set.bin", received: content.length, total: content.length });
    for (let k = 1; k < seen.length; k++) expect(seen[k].received).toBeGreaterThan(seen[k - 1].received);
  });

  it("accepts MD5 as well, and a file of which no checksum is known", async () => {
    server.behaviour = { content };
    await fetchEntry(entryOf({ md5: digest("md5", content) }), folder, quick);
    await fetchEntry(entryOf({}), folder, quick);
    expect(digest("sha256", readFileSync(target()))).toBe(sum);
  });

  it("takes up a broken connection where it ended", async () => {
    server.behaviour = { content, etag: '"1"', stallAfter: 100_000, stalls: 2 };
    await fetchEntry(checked(), folder, cutting);
    expect(digest("sha256", readFileSync(target()))).toBe(sum);
    expect(server.ranges.length).toBe(3);
    expect(server.ranges[0]).toBe("");
    expect(server.ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it("gives up after so many tries, keeps the part, and goes on from it in the next run", async () => {
    putGoodFile();
    server.behaviour = { content, etag: '"1"', stallAfter: 60_000 };
    const broken = fetchEntry(checked(), folder, { ...cutting, retries: 1 });
    await expect(broken).rejects.toThrow(/the connection .*; what was received is kept/);
    await expect(broken).rejects.toThrow(InputError);
    expect(readFileSync(target(), "utf8")).toBe("good");
    const have = readFileSync(part()).length;
    expect(have).toBeGreaterThan(0);

    server.behaviour = { content, etag: '"1"' };
    await fetchEntry(checked(), folder, cutting);
    expect(server.ranges).toEqual([`bytes=${have}-`]);
    expect(digest("sha256", readFileSync(target()))).toBe(sum);
  });

  it("starts anew when the server takes no notice of the range", async () => {
    server.behaviour = { content, etag: '"1"', stallAfter: 100_000, stalls: 1, ignoresRange: true };
    await fetchEntry(checked(), folder, cutting);
    expect(server.ranges.length).toBe(2);
    expect(digest("sha256", readFileSync(target()))).toBe(sum);
  });

  it("starts anew when the server names no version, since the file may have changed", async () => {
    server.behaviour = { content, stallAfter: 100_000, stalls: 1 };
    await fetchEntry(checked(), folder, cutting);
    expect(server.ranges).toEqual(["", ""]);
    expect(digest("sha256", readFileSync(target()))).toBe(sum);
  });

  it("never joins the parts of two versions", async () => {
    const other = content.map((byte) => byte ^ 255);
    server.behaviour = { content: other, etag: '"old"', stallAfter: 100_000 };
    await expect(fetchEntry(entryOf({}), folder, { ...cutting, retries: 0 })).rejects.toThrow(InputError);
    server.behaviour = { content, etag: '"new"' };
    await fetchEntry(entryOf({}), folder, cutting);
    expect(digest("sha256", readFileSync(target()))).toBe(sum);
  });

  it("never joins a part of another address", async () => {
    server.behaviour = { content: content.slice().reverse(), etag: '"1"', stallAfter: 100_000 };
    const elsewhere = entryOf({ url: `${server.address}/old/set.bin` });
    await expect(fetchEntry(elsewhere, folder, { ...cutting, retries: 0 })).rejects.toThrow(InputError);
    server.behaviour = { content, etag: '"1"' };
    await fetchEntry(entryOf({}), folder, cutting);
    expect(server.ranges).toEqual([""]);
    expect(digest("sha256", readFileSync(target()))).toBe(sum);
  });

  it("starts anew when the part on disk was damaged or is too long", async () => {
    for (const length of [1000, 2 * content.length]) {
      mkdirSync(staging(), { recursive: true });
      writeFileSync(part(), new Uint8Array(length));
      writeFileSync(`${part()}.json`, JSON.stringify({ url: `${server.address}/set.bin`, version: '"1"' }));
      server.behaviour = { content, etag: '"1"' };
      await fetchEntry(checked(), folder, quick);
      expect(server.ranges).toEqual([`bytes=${length}-`, ""]);
      expect(digest("sha256", readFileSync(target()))).toBe(sum);
    }
  });

  it("does not trust an answer with another range than it asked for", async () => {
    server.behaviour = { content, etag: '"1"', stallAfter: 100_000, stalls: 1, wrongRange: true };
    await fetchEntry(checked(), folder, cutting);
    expect(server.ranges.length).toBe(3);
    expect(digest("sha256", readFileSync(target()))).toBe(sum);
  });

  it("refuses a wrong checksum, names both, discards the file and keeps the good one", async () => {
    putGoodFile();
    server.behaviour = { content, etag: '"1"' };
    const expected = "0".repeat(64);
    const wrong = fetchEntry(entryOf({ sha256: expected }), folder, quick);
    await expect(wrong).rejects.toThrow(`/set.bin: the file has SHA256 ${sum}; expected ${expected}`);
    expect(readFileSync(target(), "utf8")).toBe("good");
    expect(existsSync(part())).toBe(false);
  });

  it("replaces nothing when the files are whole but not what they should be", async () => {
    putGoodFile();
    server.behaviour = { content: text("<html>please log in</html>"), etag: '"1"' };
    const verify = async (place: string) => {
      throw new InputError(`not ratings: ${readFileSync(join(place, "ratings.csv"), "utf8")}`);
    };
    const refused = fetchEntry(entryOf({}), folder, { ...quick, verify });
    await expect(refused).rejects.toThrow("not ratings: <html>please log in</html>");
    expect(readFileSync(target(), "utf8")).toBe("good");
    expect(readdirSync(join(folder, "set"))).toEqual(["ratings.csv"]);
  });

  it("names a status that says no, at once, and tries again on one that says later", async () => {
    putGoodFile();
    server.behaviour = { content, status: 404 };
    await expect(fetchEntry(checked(), folder, quick)).rejects.toThrow("/set.bin: the server answers 404");
    expect(server.ranges.length).toBe(1);
    server.behaviour = { content, status: 503 };
    await expect(fetchEntry(checked(), folder, quick)).rejects.toThrow("the server answers 503");
    expect(server.ranges.length).toBe(4);
    expect(readFileSync(target(), "utf8")).toBe("good");
  });

  it("says when nobody answers", async () => {
    const gone = await startServer();
    await gone.close();
    const entry = entryOf({ url: `${gone.address}/set.bin` });
    await expect(fetchEntry(entry, folder, { ...quick, retries: 1 })).rejects.toThrow(
      /no connection \(.*ECONNREFUSED/,
    );
  });

  it("stops on request and keeps the part", async () => {
    server.behaviour = { content, etag: '"1"', stallAfter: 50_000 };
    const stop = new AbortController();
    const stopped = fetchEntry(checked(), folder, {
      ...quick,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(stopped).rejects.toThrow(StoppedError);
    expect(readFileSync(part()).length).toBeGreaterThan(0);
    expect(existsSync(target())).toBe(false);
    await expect(fetchEntry(checked(), folder, { signal: stop.signal })).rejects.toThrow(StoppedError);
  });

  it("replaces no file of a set before all of them are there", async () => {
    putGoodFile();
    server.behaviour = { content, etag: '"1"' };
    const entry = checked();
    const second: Download = {
      url: `${server.address}/b.bin`,
      md5: "0".repeat(32),
      kind: "file",
      files: [{ path: "b" }],
    };
    const both = { ...entry, downloads: [...entry.downloads, second] };
    await expect(fetchEntry(both, folder, quick)).rejects.toThrow("b.bin: the file has MD5");
    expect(readFileSync(target(), "utf8")).toBe("good");
  });
});

describe("fetching an archive", () => {
  const archive = zipSync({
    set: { "ratings.csv": text("1,2,3\n"), "extra.txt": text("x") },
    README: text("whose"),
  });
  const files = [{ path: "ratings.csv", member: "set/ratings.csv" }, { path: "README" }];
  const zipped = (more: Partial<Download> = {}) => entryOf({ kind: "zip", files, ...more });

  it("unpacks the files that the catalog names, and no others", async () => {
    server.behaviour = { content: archive, etag: '"1"' };
    await fetchEntry(zipped({ md5: digest("md5", archive) }), folder, quick);
    expect(readdirSync(join(folder, "set")).sort()).toEqual(["README", "ratings.csv"]);
    expect(readFileSync(target(), "utf8")).toBe("1,2,3\n");
  });

  it("keeps the good file when the archive is truncated, lacks a file or holds a wrong one", async () => {
    putGoodFile();
    const cases: [Uint8Array, CatalogEntry, string][] = [
      [archive.subarray(0, archive.length - 30), zipped(), "zip archive truncated or damaged"],
      [zipSync({ README: text("whose") }), zipped(), "the archive lacks set/ratings.csv"],
      [archive, zipped({ files: [{ ...files[0], sha256: "0".repeat(64) }] }), "set/ratings.csv has SHA-256"],
      [
        zipSync({ "../ratings.csv": text("evil"), set: { "ratings.csv": text("1,2,3\n") } }),
        zipped(),
        "unsafe name",
      ],
    ];
    for (const [served, entry, message] of cases) {
      server.behaviour = { content: served };
      await expect(fetchEntry(entry, folder, quick)).rejects.toThrow(message);
      expect(readFileSync(target(), "utf8")).toBe("good");
      expect(readdirSync(folder)).toEqual(["set"]);
      expect(readdirSync(join(folder, "set"))).toEqual(["ratings.csv"]);
    }
  });
});
