import { describe, expect, it } from "vitest";
import { formatNumber, tableCsv, tableHtml } from "../../lib/report/table";

const rows = [
  { model: "DMF", method: "Retrain", ndcg: 0.41234, std: 0.0021, seconds: 1234.5 },
  { model: "DMF", method: "L-CBKM", ndcg: 0.41239, std: 0.0019, seconds: 77.2 },
  { model: "DMF", method: "oracle", ndcg: 0.54, std: Number.NaN, seconds: null },
  { model: "NMF", method: "Retrain", ndcg: 0.39, std: 0.001, seconds: 2000 },
  { model: "NMF", method: "L-CBKM", ndcg: 0.38, std: 0.002, seconds: 100 },
];
const columns = [
  { key: "model", label: "Model" },
  { key: "method", label: "Method" },
  { key: "ndcg", label: "NDCG@10", digits: 4, error: "std", best: "highest", group: "Utility" },
  { key: "seconds", label: "Time", unit: "s", digits: 1, best: "lowest", group: "Cost" },
] as const;
const format = {
  columns,
  within: ["model"],
  competes: (row: object) => !("method" in row && row.method === "oracle"),
} as const;

const cells = (html: string) =>
  [...html.matchAll(/<t[dh] [^>]*scope="row"[^>]*>(.*?)<\/th>|<td style[^>]*>(.*?)<\/td>/g)].map(
    (m) => m[1] ?? m[2],
  );

describe("a table", () => {
  it("is drawn as a reader expects it", () => {
    expect(
      tableHtml(rows, { ...format, caption: "Table 1. Utility & cost", note: "Profile smoke" }),
    ).toMatchSnapshot();
  });

  it("marks the best of each block in each column, without those that do not compete", () => {
    const bold = cells(tableHtml(rows, format)).filter((cell) => cell.includes("<strong>"));
    expect(bold).toEqual([
      "<strong>0.4124 ± 0.0019</strong>",
      "<strong>77.2</strong>",
      "<strong>0.3900 ± 0.0010</strong>",
      "<strong>100.0</strong>",
    ]);
  });

  it("marks all whose printed value is the best: no winner that a reader cannot see", () => {
    const close = [
      { name: "a", v: 0.50001 },
      { name: "b", v: 0.50002 },
      { name: "c", v: 0.4 },
    ];
    const html = tableHtml(close, { columns: [{ key: "name" }, { key: "v", digits: 3, best: "highest" }] });
    expect(html.match(/<strong>/g)).toHaveLength(2);
  });

  it("prints a number as finely as its deviation, and both finer where the deviation would be 0", () => {
    const pairs = [
      { name: "a", v: 0.00007, d: 0.0041 },
      { name: "b", v: 0.4124, d: 0.00004 },
      { name: "c", v: -0.00004, d: 0 },
    ];
    const html = tableHtml(pairs, { columns: [{ key: "name" }, { key: "v", digits: 3, error: "d" }] });
    expect(cells(html).filter((cell) => cell.includes("±"))).toEqual([
      "0.000 ± 0.004",
      "0.41240 ± 0.00004",
      "−0.00004 ± 0.00000",
    ]);
  });

  it("gives a longer text more room, which a crowded table cannot take", () => {
    const texts = [25, 39, 60, 500].map((length) => ({ name: "x".repeat(length) }));
    const widths = [...tableHtml(texts).matchAll(/min-width:(\d+)em/g)].map(([, width]) => Number(width));
    expect(widths).toEqual([7, 10, 15, 18]);
  });

  it("has heading scopes, a caption, and numbers at the right", () => {
    const html = tableHtml(rows, { ...format, caption: "c" });
    expect(html.match(/scope="row"/g)).toHaveLength(rows.length);
    expect(html.match(/scope="col"/g)).toHaveLength(columns.length);
    expect(html).toContain('scope="colgroup"');
    expect(html).toMatch(/<caption[^>]*>c<\/caption>/);
    expect(html).toMatch(/text-align:right[^>]*>77|text-align:right[^>]*><strong>77/);
  });

  it("shows a repeated text once where a column asks for it, and keeps it in the CSV", () => {
    const some = [columns[0], columns[1]];
    const once = tableHtml(rows, { columns: [some[1], { ...some[0], once: true }] });
    expect(cells(once).filter((_, i) => i % 2 === 1)).toEqual(["DMF", "", "", "NMF", ""]);
    expect(tableCsv(rows).match(/DMF/g)).toHaveLength(3);
  });

  it("writes text as text", () => {
    const html = tableHtml([{ name: '<img src="x">&', value: 1 }]);
    expect(html).not.toContain("<img");
    expect(html).toContain("&lt;img src=&quot;x&quot;&gt;&amp;");
  });

  it("shows what is missing, and refuses a column that is not there", () => {
    expect(cells(tableHtml([{ a: null, b: Number.NaN, c: true, d: "text" }]))).toEqual([
      "–",
      "–",
      "yes",
      "text",
    ]);
    expect(() => tableHtml(rows, { columns: [{ key: "recall" }] })).toThrow(
      /row 0 has no column "recall"; it has model/,
    );
    expect(() => tableHtml([])).toThrow("no rows");
  });
});

describe("a number", () => {
  it("has fixed decimals, commas between thousands, and a true minus sign", () => {
    expect(formatNumber(1234567.891, 2)).toBe("1,234,567.89");
    expect(formatNumber(-0.5, 1)).toBe("−0.5");
    expect(formatNumber(0.00034, 3)).toBe("0.0003");
    expect(formatNumber(-0.001, 2)).toBe("−0.001");
    expect(formatNumber(-0.00001, 2)).toBe("0.00");
    expect(formatNumber(0, 2)).toBe("0.00");
    expect(formatNumber(0.3, 0)).toBe("0");
    expect(formatNumber(999, 0)).toBe("999");
    expect(formatNumber(Number.POSITIVE_INFINITY, 2)).toBe("∞");
    expect(formatNumber(Number.NaN, 2)).toBe("–");
  });
});

describe("CSV", () => {
  it("keeps every digit, all columns, and quotes what needs it", () => {
    const csv = tableCsv([
      { a: 0.1 + 0.2, b: 'say "hi", twice' },
      { a: null, c: "line\nbreak" },
    ]);
    expect(csv).toBe('a,b,c\n0.30000000000000004,"say ""hi"", twice",\n,,"line\nbreak"\n');
  });

  it("writes no text that a spreadsheet runs, and leaves numbers as they are", () => {
    const texts = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "-2+3", "\t=1", "\r=1", "'=1", "-"];
    const cells = tableCsv(texts.map((id) => ({ id })))
      .trimEnd()
      .split("\n")
      .slice(1);
    for (const [i, cell] of cells.entries())
      expect(cell.replace(/^"(.*)"$/s, "$1").replaceAll('""', '"')).toBe(`'${texts[i]}`);
    expect(tableCsv([{ a: -2.5, b: "-2.5e-3", c: "+7", "=d": "it's" }])).toBe(
      "a,b,c,'=d\n-2.5,-2.5e-3,+7,it's\n",
    );
  });
});
