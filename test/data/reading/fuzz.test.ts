/** Random small tables, written in random ways: each is read back as the same ratings. */

import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { expect, it } from "vitest";
import { Random } from "../../../lib/random";
import { read } from "./helpers";

const pick = <T>(random: Random, of: readonly T[]): T => of[random.below(of.length)];

/** Ids of a kind: numbers, names, addresses, names with whatever a CSV may hold. */
function idsOf(random: Random, count: number, odd: boolean): string[] {
  const kind = random.below(3);
  const tail = () =>
    odd ? pick(random, ["", ", Jr.", ' "the third"', ";x", "|y", "'s", " é☕", "#1", "  z"]) : "";
  return Array.from({ length: count }, (_, k) => {
    const id = 17 * k + 3;
    return kind === 0 ? String(id) : kind === 1 ? `person${id}${tail()}` : `p.${id}@example.org${tail()}`;
  });
}

interface Written {
  readonly content: Uint8Array;
  readonly rows: readonly string[];
  readonly how: string;
}

function written(random: Random): Written {
  const separator = pick(random, [",", ";", "\t", "|", "::", " "]);
  const quoting = separator === "::" || separator === "\t" ? "never" : pick(random, ["needed", "always"]);
  const json = random.below(8) === 0;
  const odd = json || quoting !== "never";
  const users = idsOf(random, 3 + random.below(6), odd);
  const items = idsOf(random, 4 + random.below(6), odd);
  const comma = [";", "\t", "|"].includes(separator) && random.below(3) === 0;
  const header = random.below(3) > 0;
  const withTime = random.below(2) === 0;
  const extra = header && random.below(3) === 0;
  const names = pick(random, [
    ["user_id", "item_id", "rating", "timestamp", "country"],
    ["User-ID", "Movie ID", "Stars", "Date", "Remark"],
    ["customer", "asin", "overall", "reviewTime", "colour"],
  ]);
  const order = [0, 1, 2, ...(withTime ? [3] : []), ...(extra ? [4] : [])];
  if (header) random.shuffle(order);
  const table: string[][] = [];
  const rows: string[] = [];
  for (const user of users)
    for (const item of items) {
      if (table.length > 12 && random.below(3) === 0) continue;
      const rating = table.length < 5 ? table.length + 1 : (2 + random.below(9)) / 2;
      rows.push(`${user} ${item} ${rating}`);
      const text = rating.toFixed(1).replace(".", comma ? "," : ".");
      table.push([
        user,
        item,
        text,
        String(1_700_000_000 + random.below(1e6)),
        pick(random, ["de", "fr", "nl"]),
      ]);
    }
  const field = (text: string) =>
    (quoting === "always" && random.below(5) > 0) ||
    (quoting !== "never" && (text.includes(separator) || /["\n]|^ | $/.test(text)))
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  const end = pick(random, ["\n", "\r\n"]);
  const lines = json
    ? table.map((row) =>
        JSON.stringify(
          Object.fromEntries(
            order.map((k) => [names[k], k === 2 ? Number(row[2].replace(",", ".")) : row[k]]),
          ),
        ),
      )
    : [...(header ? [names] : []), ...table].map((row) => order.map((k) => field(row[k])).join(separator));
  const text = lines.join(end) + (random.below(2) ? end : "");
  const encoding = pick(random, ["utf8", "utf8", "bom", "utf16le", "utf16be"]);
  const bytes =
    encoding === "utf8"
      ? Buffer.from(text)
      : encoding === "bom"
        ? Buffer.from(`\ufeff${text}`)
        : encoding === "utf16le"
          ? Buffer.from(`\ufeff${text}`, "utf16le")
          : Buffer.from(`\ufeff${text}`, "utf16le").swap16();
  const packing = pick(random, ["plain", "plain", "gzip", "zip"]);
  const content =
    packing === "gzip" ? gzipSync(bytes) : packing === "zip" ? zipSync({ "data.csv": bytes }) : bytes;
  const how = JSON.stringify({
    separator,
    quoting,
    json,
    comma,
    header,
    withTime,
    extra,
    order,
    end,
    encoding,
    packing,
  });
  return { content, rows, how: `${how}\n${text.slice(0, 300)}` };
}

it("reads back what was written, whatever the format", async () => {
  const random = Random.stream(7, "files");
  for (let n = 0; n < 400; n++) {
    const { content, rows, how } = written(random);
    const { ratings } = await read(content, {}, `f${n}.txt`).catch((error: Error) => {
      throw new Error(`${error.message}\n${how}`);
    });
    const found = Array.from(
      ratings.users,
      (user, k) => `${ratings.userIds[user]} ${ratings.itemIds[ratings.items[k]]} ${ratings.ratings[k]}`,
    );
    expect({ how, found }).toEqual({ how, found: [...rows] });
  }
}, 300_000);
