import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changesSince } from "../../lib/report/provenance";

describe("changesSince", () => {
  let folder = "";
  const git = (...args: string[]) => {
    const who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
    return execFileSync("git", [...who, ...args], { cwd: folder, encoding: "utf8" }).trim();
  };
  const commit = (file: string, text: string, subject: string) => {
    writeFileSync(join(folder, file), text);
    git("add", file);
    git("commit", "-qm", subject);
    return git("rev-parse", "--short=10", "HEAD");
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "erasable-provenance-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("names later commits of these files in order, and what is not committed", () => {
    git("init", "-q");
    const fixed = commit("rules", "1", "Rules");
    expect(changesSince(folder, fixed, ["rules"])).toEqual([]);
    const second = commit("rules", "2", "Labels");
    commit("other", "1", "Another file");
    const third = commit("rules", "3", "Columns");
    expect(changesSince(folder, fixed, ["rules"])).toEqual([`${second} Labels`, `${third} Columns`]);
    writeFileSync(join(folder, "rules"), "4");
    expect(changesSince(folder, third, ["rules"])).toEqual(["changes that are not committed"]);
  });

  it("knows nothing outside a clone, or where the history does not reach back", () => {
    expect(changesSince(folder, "a95eaf9e9c", ["rules"])).toBeUndefined();
    git("init", "-q");
    commit("rules", "1", "Rules");
    expect(changesSince(folder, "a95eaf9e9c", ["rules"])).toBeUndefined();
  });
});
