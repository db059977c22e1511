/**
 * What the operator's key makes: HMAC-SHA256 tags, by which its holder and nobody else recognises erased ids, and Ed25519
 * signatures (RFC 8032), which whoever knows the public key can check.
 */

import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { InputError } from "../errors";
import { canonicalJson } from "../json";

/** The operator's secret: at least 16 bytes, or their hexadecimal text. */
export type OperatorKey = Uint8Array | string;

export type Tagger = (path: readonly string[]) => string;

/** HMAC-SHA256 over a path of names. @throws InputError for a key that is too short. */
export function tagger(key: OperatorKey): Tagger {
  const bytes = typeof key === "string" ? Buffer.from(key, "hex") : key;
  if (bytes.length < 16 || (typeof key === "string" && bytes.length * 2 !== key.length))
    throw new InputError("operator key: at least 16 bytes, or 32 hexadecimal digits");
  return (path) => createHmac("sha256", bytes).update(canonicalJson(path)).digest("hex");
}

export const userTag = (tag: Tagger, user: string): string => tag(["user", user]);
export const ratingTag = (tag: Tagger, user: string, item: string): string => tag(["rating", user, item]);
export const placeTag = (tag: Tagger, user: string, group: number): string =>
  tag(["place", user, String(group)]);
export const artefactTag = (tag: Tagger, name: string): string => tag(["artefact", name]);

/** Before 32 bytes of an Ed25519 key, in DER: RFC 8410. */
const PRIVATE = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC = Buffer.from("302a300506032b6570032100", "hex");

function signingKey(key: OperatorKey): KeyObject {
  const seed = Buffer.from(tagger(key)(["signing key"]), "hex");
  return createPrivateKey({ key: Buffer.concat([PRIVATE, seed]), format: "der", type: "pkcs8" });
}

/** The public key that goes with an operator's key: 64 hexadecimal digits, no secret. @throws InputError: as tagger. */
export const publicKeyOf = (key: OperatorKey): string =>
  createPublicKey(signingKey(key)).export({ format: "der", type: "spki" }).subarray(-32).toString("hex");

/** 128 hexadecimal digits. */
export const signatureOf = (text: string, key: OperatorKey): string =>
  sign(null, Buffer.from(text, "utf8"), signingKey(key)).toString("hex");

/** Whether a signature of `text` was made with the key to which this public key belongs. */
export function isSigned(text: string, signature: string, publicKey: string): boolean {
  const key = Buffer.concat([PUBLIC, Buffer.from(publicKey, "hex")]);
  try {
    const signer = createPublicKey({ key, format: "der", type: "spki" });
    return verify(null, Buffer.from(text, "utf8"), signer, Buffer.from(signature, "hex"));
  } catch {
    return false; // no point of the curve
  }
}
