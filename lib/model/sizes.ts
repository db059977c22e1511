/** Sizes of Section 4.2 of LASER, for both of its models: embedding 16, layers (64, 32). */

export const EMBEDDING = 16;
export const HIDDEN = 64;
export const OUTPUT = 32;
