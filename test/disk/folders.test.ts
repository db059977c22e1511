/** Folders: level by level, with an end on every file system, and nothing left of what failed. */

import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DiskError } from "../../lib/disk/diskError";
import { nodeFiles, tryPlace } from "../../lib/disk/files";
import { isFolder, makeFolders, removeEmpty } from "../../lib/disk/folders";

const home = mkdtempSync(join(tmpdir(), "erasable-folders-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);
writeFileSync(at("file"), "mine");
symlinkSync("nowhere", at("dangling"));
symlinkSync("loop", at("loop"));

describe("making a folder", () => {
  it("makes what is missing above it, and says what that was", () => {
    expect(makeFolders(at("a/b/c"))).toEqual([at("a"), at("a/b"), at("a/b/c")]);
    expect(makeFolders(at("a/b/d"))).toEqual([at("a/b/d")]);
    symlinkSync("a", at("link"));
    expect(makeFolders(at("link/b"))).toEqual([]);
    removeEmpty([at("a"), at("a/b"), at("a/b/c")]); // of which the second holds another
    expect([existsSync(at("a/b/c")), existsSync(at("a/b/d"))]).toEqual([false, true]);
  });

  it.each<[place: string, said: RegExp]>([
    [
      "/proc/erasable/x",
      /^\/proc\/erasable cannot be made: the file system there takes no folders \(ENOENT\); take/,
    ],
    ["file/x", /file cannot be made: something else has that name \(EEXIST\)/],
    ["dangling/x", /dangling cannot be made: it is a link to nothing/],
    ["loop/x", /loop\/x cannot be read: its links lead in a circle \(ELOOP\)/],
    [`new/${"n".repeat(300)}`, /cannot be (read|made): the name is too long \(ENAMETOOLONG\)/],
  ])("ends with a reason where %s cannot be made, and takes back what it made", (place, said) => {
    const path = place.startsWith("/") ? place : at(place);
    for (const make of [makeFolders, nodeFiles.makeFolder]) {
      expect(() => make(path)).toThrow(DiskError);
      expect(() => make(path)).toThrow(said);
    }
    expect(existsSync(at("new"))).toBe(false);
  });

  it("a file, and what would be below one, is no folder", () => {
    mkdirSync(at("real"));
    expect(["real", "file", "file/x", "none", "dangling"].map((name) => isFolder(at(name)))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

it("a place is tried with as many bytes as it is to hold, and nothing stays", () => {
  const written: number[] = [];
  const files = {
    ...nodeFiles,
    write(path: string, bytes: Uint8Array) {
      written.push(bytes.length);
      nodeFiles.write(path, bytes);
    },
  };
  tryPlace(files, at("place"), 5000);
  expect(written).toEqual([5000]);
  expect([existsSync(at("place")), existsSync(at("place.unfinished"))]).toEqual([false, false]);
  expect(() => tryPlace(files, at("none/place"), 1)).toThrow(/none\/place cannot be written/);
});
