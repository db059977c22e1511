import { describe, expect, it } from "vitest";
import { CATALOG, catalogEntry, DATASET_NAMES, isSyntheticName } from "../../lib/data/catalog";

describe("catalog", () => {
  it("has the sets of the paper, their stand-ins and the generated ones, each once", () => {
    expect(DATASET_NAMES).toEqual([
      "ml-1m",
      "ml-100k",
      "amazon-digital-music",
      "amazon-digital-music-5core",
      "amazon-music",
      "amazon-digital-music-implicit",
      "synthetic",
      "synthetic-ml-1m",
      "synthetic-am",
    ]);
  });

  for (const entry of CATALOG) {
    it(`${entry.name} says where every file of ratings comes from`, () => {
      const fetched = entry.downloads.flatMap((download) => download.files.map((file) => file.path));
      for (const file of entry.ratings) expect(fetched).toContain(file);
      expect(new Set(fetched).size).toBe(fetched.length);
      for (const { url, md5, sha256, kind, files } of entry.downloads) {
        expect(new URL(url).protocol).toBe("https:");
        expect(md5 ?? "0".repeat(32)).toMatch(/^[0-9a-f]{32}$/);
        for (const sum of [sha256, ...files.map((file) => file.sha256)])
          expect(sum ?? "0".repeat(64)).toMatch(/^[0-9a-f]{64}$/);
        if (kind === "file") expect(files.length).toBe(1);
        else for (const file of files) expect(file.member).toMatch(new RegExp(`(^|/)${file.path}$`));
      }
    });

    it(`${entry.name} names its owners, its terms and possible counts`, () => {
      expect(entry.citation).toMatch(/20\d\d\..*https:\/\//);
      expect(entry.licence.length).toBeGreaterThan(20);
      const { counts, core5 } = entry;
      expect(core5.ratings).toBeLessThanOrEqual(counts.ratings);
      expect(core5.ratings).toBeGreaterThanOrEqual(5 * Math.max(core5.users, core5.items));
      expect(core5.users).toBeLessThanOrEqual(counts.users);
      expect(core5.items).toBeLessThanOrEqual(counts.items);
    });
  }

  it("finds by name and lists the names when there is none", () => {
    expect(catalogEntry("ml-1m").title).toBe("MovieLens 1M");
    expect(() => catalogEntry("ml-1M")).toThrow(
      'data set "ml-1M" is not in the catalog; known: ml-1m, ml-100k',
    );
    expect(isSyntheticName("synthetic-am")).toBe(true);
    expect(isSyntheticName("toString")).toBe(false);
  });
});
