/** Files are whole or not there, and what the disk refuses is said in words. */

import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { DiskError, onDisk } from "../../lib/disk/diskError";
import { type Files, nodeFiles, putWhole, writeAtomically, writeNew } from "../../lib/disk/files";

const home = mkdtempSync(join(tmpdir(), "erasable-files-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(home, "folder-"));
});
const at = (name: string) => join(folder, name);
const bytes = (text: string) => Buffer.from(text);
const fault = (code: string) => Object.assign(new Error(`${code}: injected`), { code });

/** Files of which one step fails; writing stops in the middle. */
const failing = (step: keyof Files): Files => ({
  ...nodeFiles,
  [step]: (path: string) => {
    if (step === "write") writeFileSync(path, "hal");
    throw fault("ENOSPC");
  },
});

describe("a file that is written whole", () => {
  it("takes the place of another, for its owner alone unless said otherwise", () => {
    writeAtomically(nodeFiles, at("a"), bytes("old"));
    writeAtomically(nodeFiles, at("a"), bytes("new"));
    writeAtomically(nodeFiles, at("b"), bytes("open"), 0o644);
    expect(readFileSync(at("a"), "utf8")).toBe("new");
    if (process.platform !== "win32")
      expect([at("a"), at("b")].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o644]);
    expect(readdirSync(folder)).toEqual(["a", "b"]);
  });

  it.each(["write", "rename"] as const)("is the old one when %s fails, and nothing half is left", (step) => {
    writeFileSync(at("a"), "old");
    for (const put of [putWhole, writeAtomically])
      expect(() => put(failing(step), at("a"), bytes("new"))).toThrow(/ENOSPC/);
    expect(readFileSync(at("a"), "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("is the new one when only its folder could not be synced", () => {
    writeFileSync(at("a"), "old");
    expect(() => writeAtomically(failing("syncFolder"), at("a"), bytes("new"))).toThrow(/ENOSPC/);
    expect(readFileSync(at("a"), "utf8")).toBe("new");
  });

  it("is written unless there is one, where that is asked for", () => {
    expect(writeNew(nodeFiles, at("a"), bytes("first"))).toBe(true);
    expect(writeNew(nodeFiles, at("a"), bytes("second"))).toBe(false);
    symlinkSync("nowhere", at("link"));
    expect(writeNew(nodeFiles, at("link"), bytes("third"))).toBe(false);
    expect(() => writeNew(failing("write"), at("b"), bytes("x"))).toThrow(/ENOSPC/);
    expect(readFileSync(at("a"), "utf8")).toBe("first");
    expect(readdirSync(folder)).toEqual(["a", "link"]);
  });
});

it("the name of a file that appending made is on the disk, too", () => {
  const synced = vi.spyOn(nodeFiles, "syncFolder");
  nodeFiles.append(at("a"), bytes("one\n"));
  nodeFiles.append(at("a"), bytes("two\n"));
  expect(synced.mock.calls).toEqual([[folder]]);
  synced.mockRestore();
});

it("what is appended stands behind what was there, and a cut takes it off again", () => {
  nodeFiles.append(at("a"), bytes("one\n"));
  nodeFiles.append(at("a"), bytes("two\n"));
  expect(readFileSync(at("a"), "utf8")).toBe("one\ntwo\n");
  nodeFiles.cut(at("a"), 4);
  appendFileSync(at("a"), "three");
  expect(readFileSync(at("a"), "utf8")).toBe("one\nthree");
});

describe("what the disk refuses", () => {
  it("names path, reason and advice", () => {
    writeFileSync(at("file"), "");
    mkdirSync(at("folder"));
    symlinkSync("nowhere", at("link"));
    const said: readonly [act: () => void, message: RegExp][] = [
      [
        () => nodeFiles.write(at("folder"), bytes("x")),
        /folder cannot be written: it is a folder \(EISDIR\); name a file$/,
      ],
      [
        () => nodeFiles.write(at("file/x"), bytes("x")),
        /file\/x cannot be written: a part of the path is a file \(ENOTDIR\)/,
      ],
      [
        () => nodeFiles.write(at("none/x"), bytes("x")),
        /none\/x cannot be written: it, or its folder, is not there \(ENOENT\)/,
      ],
      [() => nodeFiles.makeFolder(at("link")), /link cannot be made: it is a link to nothing; /],
      [() => nodeFiles.read(at("folder")), /folder cannot be read: it is a folder \(EISDIR\)/],
      [() => writeAtomically(nodeFiles, at("none/y"), bytes("x")), /none\/y cannot be written/],
    ];
    for (const [act, message] of said) {
      expect(act).toThrow(DiskError);
      expect(act).toThrow(message);
    }
    for (const [code, reason] of [
      ["ENOSPC", "the disk is full"],
      ["EROFS", "the file system is read-only"],
    ])
      expect(() =>
        onDisk("written", "x", () => {
          throw fault(code);
        }),
      ).toThrow(`x cannot be written: ${reason} (${code}); `);
  });

  it("leaves other errors, and what is not there, as they are", () => {
    expect(() =>
      onDisk("read", "x", () => {
        throw new TypeError("mine");
      }),
    ).toThrow(TypeError);
    expect(nodeFiles.read(at("none"))).toBeUndefined();
    expect(nodeFiles.names(at("none"))).toEqual([]);
    expect(() => nodeFiles.remove(at("none"))).not.toThrow();
  });

  it.runIf(process.platform !== "win32" && process.getuid?.() !== 0)("a folder of another's", () => {
    chmodSync(folder, 0o500);
    expect(() => nodeFiles.write(at("a"), bytes("x"))).toThrow(/no permission \(EACCES\)/);
    chmodSync(folder, 0o700);
    expect(existsSync(at("a"))).toBe(false);
  });
});
