/**
 * erasable: the public surface, room by room. The order is the order of the paper's pipeline.
 */

// errors that a caller can act on
export { InputError, StoppedError } from "./errors";
// chance, canonical text and hashes
export { canonicalJson, sha256 } from "./json";
export { Random } from "./random";
