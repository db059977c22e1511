/** Texts of the data where somebody reads them: none is obeyed, none turns a line. */

import { describe, expect, it } from "vitest";
import { escapeHtml, escapeLine, escapeMarkdown, escapePlotly, escapeTerminal } from "../../lib/report/text";

describe("texts of the data", () => {
  it("do nothing in a terminal, and stay on their line in a table", () => {
    expect(escapeTerminal("a\u001b[2Jb\u009b31mc\rd\ne\tf")).toBe("a\\u001b[2Jb\\u009b31mc\\u000dd\ne\tf");
    expect(escapeLine("u1\nForgotten: 2 users\t\u0007")).toBe("u1\\u000aForgotten: 2 users\\u0009\\u0007");
    expect(escapeTerminal("ж 用户 مستخدم ‏é 👩‍👩‍👧")).toBe("ж 用户 مستخدم ‏é 👩‍👩‍👧");
    const json = JSON.stringify({ id: "\u009b2J\u202e" });
    expect(JSON.parse(escapeTerminal(json))).toEqual({ id: "\u009b2J\u202e" });
  });

  it("do not fill the screen: a text as long as a book keeps its ends", () => {
    const book = `1st${"🙂".repeat(9994)}end`;
    for (const text of [`user "${book}" is not here`, `"${book}/${book}"`]) {
      const line = escapeLine(text);
      expect(line.length).toBeLessThan(400);
      expect(line).toMatch(/"1st🙂+\.\.\.\[[\d,]+ characters\]\.\.\.🙂+end"/u);
    }
    const words = escapeLine(`user "${"a word ".repeat(2000)}" is not here`);
    expect(words.length).toBeLessThan(3000);
    expect(words).toMatch(/^user "a .*\.\.\.\[12,\d+ characters\]\.\.\..* is not here$/);
    const command = `npx erasable unlock ${"/a-folder".repeat(100)}`;
    expect(escapeLine(command)).toBe(command);
  });

  it("do not turn what stands behind them", () => {
    for (const escaped of [escapeHtml, escapePlotly, escapeTerminal, escapeLine])
      expect(escaped("a\u202eb\u2066c")).toBe("a\\u202eb\\u2066c");
    expect(escapeMarkdown("a\u202eb")).toBe("a\\\\u202eb");
  });

  it("are no markup", () => {
    expect(escapeHtml(`<img onerror='x' a="1">&`)).toBe(
      "&lt;img onerror=&#39;x&#39; a=&quot;1&quot;&gt;&amp;",
    );
    expect(escapeMarkdown("`a` | [b](c)\n# d")).toBe("\\`a\\` \\| \\[b\\]\\(c\\) \\# d");
  });
});
