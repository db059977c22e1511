/**
 * What the names of columns say: user, item, rating, time, or a count (plays, quantities), in the spellings
 * that shops, MovieLens, the Amazon reviews, RecBole (`user_id:token`) and other exports use: userId, "User
 * ID", customer_email, asin.
 */

export const ROLES = ["user", "item", "rating", "time"] as const;
/** What a column can hold for us. */
export type Role = (typeof ROLES)[number];

/** Without accents, in small letters. */
const plain = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const words = (text: string): readonly string[] => plain(text).trim().split(/\s+/);

const NOUNS: Readonly<Record<Role | "count", readonly string[]>> = {
  user: words(
    `user users usr uid customer billing client member reviewer account profile visitor person buyer subscriber reader
     listener viewer login student patron household critic
     kunde kundin nutzer benutzer mitglied utilisateur acheteur usuario cliente comprador utente utilizador
     gebruiker klant uzytkownik klient anvandare kund пользователь клиент покупатель 用户 客户 会员 顧客 会員
     ユーザー`,
  ),
  item: words(
    `item items iid movie film product asin sku song track artist book isbn article business recipe anime game
     app joke video show series episode course beer wine restaurant hotel place poi venue news url page content
     stockcode good goods offer brand album podcast dish
     artikel produkt ware buch lied produit livre morceau articulo producto pelicula libro cancion articolo
     prodotto brano produto livro filme boek товар фильм книга 商品 产品 物品 电影 アイテム 映画`,
  ),
  rating: words(
    `rating ratings rate score scores star stars overall grade val preference pref liked like thumb thumbs vote
     recommended reaction bewertung wertung puntuacion calificacion valoracion voto avaliacao beoordeling ocena betyg оценка рейтинг
     评分 评价 評価`,
  ),
  time: words(
    `timestamp time date datetime ts tstamp day unixtime unixreviewtime reviewtime when
     datum zeit zeitpunkt fecha дата время 时间 日期 日時 日付`,
  ),
  count: words(
    `count counts quantity quantities qty plays playcount clicks views purchases listens hours minutes seconds
     duration watchtime playtime dwelltime hoursplayed msplayed played weight freq frequency times visits units amount
     anzahl menge quantite cantidad quantita quantidade aantal количество 数量 次数 回数`,
  ),
};
/** They name an item or a user where nothing better does. */
const WEAK: Readonly<Record<string, Role>> = {
  title: "item",
  titel: "item",
  titre: "item",
  titulo: "item",
  titolo: "item",
  session: "user",
  email: "user",
  value: "rating",
  label: "rating",
  note: "rating", // French for a mark; in English a remark
  nota: "rating",
};

/** They say that a name is an identifier, and not of what. */
const IDENTIFIERS = new Set(words("id ids no nr num number code key hash uuid guid"));
/** They say neither. */
const FILLERS = new Set(words("name unique anon of the email mail"));
/** They describe an item, a user or a rating, and are none of them. */
const DESCRIPTIVE = new Set(
  words(
    `comment comments review text description summary year genre genres url uri link image price country city
     age gender sex device platform type status currency author authors director directors
     publisher binding shelf pages kommentar jahr preis land`,
  ),
);
/** Of many people, not of one. */
const AGGREGATE = new Set(words("avg average mean median total global sum"));

const ROLE_OF = new Map<string, Role | "count">(
  (Object.keys(NOUNS) as (Role | "count")[]).flatMap((role) =>
    NOUNS[role].map((noun) => [noun, role] as const),
  ),
);

/** What a name says of its column. */
export interface Meaning {
  readonly role: Role;
  /** the noun that says so: "movie" of movieId */
  readonly noun: string;
  /** how clearly: of two columns with one role the clearer one is taken */
  readonly strength: number;
  /** the column holds counts, not ratings */
  readonly counts: boolean;
}

/** "userId:token" -> user, id */
const split = (name: string): string[] =>
  plain(
    name
      .replace(/:(token|float)(_seq)?$/, "")
      .replace(/^[^\p{L}\p{N}]+/u, "")
      .replace(/(\p{Ll}|\d)(\p{Lu})/gu, "$1 $2"),
  )
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

/** movieid -> movie */
function nounOf(word: string): string {
  const bare = word.replace(/(ids?|name|名|编号|番号)$/, "");
  return !ROLE_OF.has(word) && ROLE_OF.has(bare) ? bare : word;
}

/** How well a column whose name says no role may be users or items: 2 names something, 0 describes it. */
export function mayName(name: string): number {
  const all = split(name);
  if (all.some((word) => DESCRIPTIVE.has(word))) return 0;
  if (name.includes(".") && all.some((word) => ROLE_OF.get(word) === "item")) return 0; // movie.ids.imdb
  const names = all.filter((word) => IDENTIFIERS.has(word) || FILLERS.has(word) || /ids?$/.test(word));
  return all.length > 0 && names.length === all.length ? 2 : 1;
}

/** What a name says; undefined where it says nothing that we know. */
export function meaningOf(name: string): Meaning | undefined {
  const all = split(name);
  const joined = all.join("");
  const whole = ROLE_OF.get(joined);
  if (whole) return meaning(whole, joined, 4);
  const bare = all.map(nounOf).filter((word) => !IDENTIFIERS.has(word) && !FILLERS.has(word));
  const last = bare.at(-1) ?? joined;
  const identifier = all.some((word) => IDENTIFIERS.has(word) || /ids?$/.test(word)) ? 1 : 0;
  const role = ROLE_OF.get(last);
  if (role === "rating" && bare.some((word) => AGGREGATE.has(word))) return undefined;
  if (role) return meaning(role, last, (bare.length === 1 ? 3 : 1) + identifier);
  if (last === "at" || (bare.length > 1 && ROLE_OF.get(bare[0]) === "time")) return meaning("time", last, 1);
  const weak = [last, all.at(-1) ?? ""].find((word) => Object.hasOwn(WEAK, word)); // email of billing_email
  return weak === undefined ? undefined : meaning(WEAK[weak], weak, 0);
}

const meaning = (role: Role | "count", noun: string, strength: number): Meaning => ({
  role: role === "count" ? "rating" : role,
  noun,
  strength: role === "count" ? strength / 8 : strength, // a rating beside a count is the one that is meant
  counts: role === "count",
});

/** Whether fields are a header: names among them tell users from items. */
export function isNamed(fields: readonly string[]): boolean {
  const roles = new Set(fields.map((field) => meaningOf(field)?.role));
  return fields.length > 1 && roles.has("user") && (roles.has("item") || roles.has("rating"));
}
