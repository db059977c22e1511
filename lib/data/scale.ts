/**
 * Scales of ratings. Inside, ratings stand on the paper's scale, 1 to 5 (Section 4.1), since its labels
 * (rating / 5), its gains, its threshold of an item that is liked (4) and its hyperedges' weights rest on
 * it. Those of another scale are brought onto it when they are read: the lowest becomes 1, the one from
 * which on an item is liked 4, the highest 5, and what lies between follows in proportion. A scale of one
 * value has no ratings: pairs alone.
 */

import { InputError } from "../errors";

/** The ratings that a file may hold, and from which on an item is liked, as the file has them. */
export interface Scale {
  readonly least: number;
  readonly most: number;
  readonly liked: number;
}

/** The paper's. Half stars from 0.5 to 5 are on it as they are. */
export const STARS: Scale = Object.freeze({ least: 1, most: 5, liked: 4 });
/** Of clicks, orders and plays: each pair is a 1. */
export const PAIRS: Scale = Object.freeze({ least: 1, most: 1, liked: 1 });

const FORM = /^\s*([+-]?[\d.]+)\s*(?:-|,|\.\.|to)\s*([+-]?[\d.]+)\s*$/;

/** From "1-10", "-1-1" or "1,10". @throws InputError */
export function parseScale(text: string, liked?: number | null): Scale {
  const [, low, high] = FORM.exec(text) ?? [];
  const [least, most] = [Number(low), Number(high)];
  if (low === undefined || !(least <= most))
    throw new InputError(
      `scale: ${JSON.stringify(text)} is not the lowest and the highest rating, such as 1-10 or -1-1`,
    );
  return scaleOf(least, most, liked);
}

/**
 * @param liked default: three quarters of the way up, as 4 is on 1 to 5
 * @throws InputError when it is not on the scale
 */
export function scaleOf(least: number, most: number, liked?: number | null): Scale {
  const usual = isStars(least, most) ? STARS.liked : least + 0.75 * (most - least);
  const from = liked ?? usual;
  if (!(from >= least && from <= most))
    throw new InputError(`liked: ${from} is not on the scale, ${least} to ${most}`);
  return Object.freeze({ least, most, liked: from });
}

/** "1-10" */
export const scaleText = ({ least, most }: Pick<Scale, "least" | "most">): string => `${least}-${most}`;

const isStars = (least: number, most: number): boolean =>
  most === STARS.most && least > 0 && least < STARS.liked;

/** Whether ratings of this scale are taken as they are. */
export const isPapers = ({ least, most, liked }: Scale): boolean =>
  isStars(least, most) && liked === STARS.liked;

/** A rating of this scale on the paper's, rounded to float32. */
export function ontoStars(rating: number, scale: Scale): number {
  const { least, most, liked } = scale;
  if (isPapers(scale)) return Math.fround(rating);
  if (least === most) return 1;
  if (rating < liked)
    return Math.fround(STARS.least + ((STARS.liked - STARS.least) * (rating - least)) / (liked - least));
  const above = most > liked ? (rating - liked) / (most - liked) : 1;
  return Math.fround(STARS.liked + (STARS.most - STARS.liked) * above);
}

/** A rating on the paper's scale as the file had it. */
export function fromStars(rating: number, scale: Scale): number {
  const { least, most, liked } = scale;
  if (isPapers(scale) || least === most) return rating;
  const own =
    rating < STARS.liked
      ? least + ((rating - STARS.least) * (liked - least)) / (STARS.liked - STARS.least)
      : liked + ((rating - STARS.liked) * (most - liked)) / (STARS.most - STARS.liked);
  return Number(own.toPrecision(6)); // float32 holds no more
}

/** A set of ratings, as far as its scale is told by it. */
interface Source {
  readonly provenance: { readonly scale?: Scale };
}

/** A float32 as the shortest decimal that stands for it: 0.1 and not 0.10000000149011612. */
export function shortest(value: number): number {
  if (Number.isInteger(value)) return value;
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return decimal;
  }
  return Number(value.toPrecision(9));
}

/** The scale that a set of ratings was read from. */
export const scaleOfData = ({ provenance }: Source): Scale => provenance.scale ?? STARS;

/** The share of ratings from which on an item is liked, 0 .. 1. */
export function likedShare({
  byUser: { values },
}: {
  readonly byUser: { readonly values: Float32Array };
}): number {
  let liked = 0;
  for (let k = 0; k < values.length; k++) if (values[k] >= STARS.liked) liked++;
  return liked / Math.max(1, values.length);
}
