import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { unzip as unzipFile } from "../../lib/data/unzip";
import { InputError } from "../../lib/errors";
import { fileOf } from "./reading/helpers";

const text = (words: string) => Buffer.from(words, "utf8");
const long = text("abcdefgh".repeat(5000));

const unzip = (archive: Uint8Array, wanted: readonly string[], name: string) =>
  unzipFile(fileOf(archive, "x.zip"), wanted, name);

describe("unzip", () => {
  it("gives the wanted files, stored or packed", async () => {
    const archive = zipSync({
      a: { "b.txt": long },
      "c.txt": [text("stored"), { level: 0 }],
      "d.txt": text("no"),
    });
    const found = await unzip(archive, ["a/b.txt", "c.txt"], "x.zip");
    expect(Object.keys(found).sort()).toEqual(["a/b.txt", "c.txt"]);
    expect(Buffer.from(found["a/b.txt"])).toEqual(long);
    expect(Buffer.from(found["c.txt"]).toString()).toBe("stored");
  });

  it("refuses names that climb out, absolute ones and drive letters, though nobody wants them", async () => {
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
      await expect(unzip(archive, ["good.txt"], "x.zip")).rejects.toThrow(/^x\.zip: unsafe name /);
    }
  });

  it("lets names with dots inside pass", async () => {
    const archive = zipSync({ "a..b": text("1"), "...": text("2") });
    expect(Object.keys(await unzip(archive, ["a..b"], "x.zip"))).toEqual(["a..b"]);
  });

  it("refuses a truncated archive, wherever it ends", async () => {
    const archive = zipSync({ "b.txt": long });
    for (const length of [0, 10, 40, archive.length - 22, archive.length - 1])
      await expect(unzip(archive.subarray(0, length), ["b.txt"], "x.zip")).rejects.toThrow(InputError);
  });

  it("refuses what is not an archive", async () => {
    await expect(unzip(text("<html>not found</html>"), ["b.txt"], "x.zip")).rejects.toThrow(
      "x.zip: zip archive truncated",
    );
  });

  it("names a file that is not there", async () => {
    await expect(unzip(zipSync({ a: text("1") }), ["b"], "x.zip")).rejects.toThrow(
      "x.zip: the archive lacks b",
    );
  });

  it("refuses damaged contents", async () => {
    const archive = zipSync({ "b.txt": long });
    const damaged = archive.slice();
    for (let k = 40; k < 60; k++) damaged[k] ^= 0x5a;
    await expect(unzip(damaged, ["b.txt"], "x.zip")).rejects.toThrow(InputError);
  });
});
