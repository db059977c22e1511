import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { unzip } from "../../lib/data/unzip";
import { InputError } from "../../lib/errors";

const text = (words: string) => Buffer.from(words, "utf8");
const long = text("abcdefgh".repeat(5000));

describe("unzip", () => {
  it("gives the wanted files, stored or packed", () => {
    const archive = zipSync({
      a: { "b.txt": long },
      "c.txt": [text("stored"), { level: 0 }],
      "d.txt": text("no"),
    });
    const found = unzip(archive, ["a/b.txt", "c.txt"], "x.zip");
    expect(Object.keys(found).sort()).toEqual(["a/b.txt", "c.txt"]);
    expect(Buffer.from(found["a/b.txt"])).toEqual(long);
    expect(Buffer.from(found["c.txt"]).toString()).toBe("stored");
  });

  it("refuses names that climb out, absolute ones and drive letters, though nobody wants them", () => {
    for (const name of [
      "../evil",
      "a/../../evil",
      "..\\evil",
      "a\\..\\evil",
      "/etc/evil",
      "\\evil",
      "C:evil",
    ]) {
      const archive = zipSync({ "good.txt": text("good"), [name]: text("evil") });
      expect(() => unzip(archive, ["good.txt"], "x.zip")).toThrow(/^x\.zip: unsafe name /);
    }
  });

  it("lets names with dots inside pass", () => {
    const archive = zipSync({ "a..b": text("1"), "...": text("2") });
    expect(Object.keys(unzip(archive, ["a..b"], "x.zip"))).toEqual(["a..b"]);
  });

  it("refuses a truncated archive, wherever it ends", () => {
    const archive = zipSync({ "b.txt": long });
    for (const length of [0, 10, 40, archive.length - 22, archive.length - 1])
      expect(() => unzip(archive.subarray(0, length), ["b.txt"], "x.zip")).toThrow(InputError);
  });

  it("refuses what is not an archive", () => {
    expect(() => unzip(text("<html>not found</html>"), ["b.txt"], "x.zip")).toThrow(
      "x.zip: zip archive truncated",
    );
  });

  it("names a file that is not there", () => {
    expect(() => unzip(zipSync({ a: text("1") }), ["b"], "x.zip")).toThrow("x.zip: the archive lacks b");
  });

  it("refuses damaged contents", () => {
    const archive = zipSync({ "b.txt": long });
    const damaged = archive.slice();
    for (let k = 40; k < 60; k++) damaged[k] ^= 0x5a;
    expect(() => unzip(damaged, ["b.txt"], "x.zip")).toThrow(InputError);
  });
});
