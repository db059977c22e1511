/**
 * xoshiro128** (Blackman and Vigna 2021): bit for bit the generator of lib/random.ts. Draws are made in
 * blocks, so that the state stays in registers and a consumer pays one load a draw.
 */

const BLOCK: i32 = 1024;
const draws: usize = memory.data(4096, 16); // u32, BLOCK

let a: u32 = 0;
let b: u32 = 0;
let c: u32 = 0;
let d: u32 = 1;
let used: i32 = BLOCK;

/** Goes on from the four words of `Random.state()`. */
export function seed(s0: u32, s1: u32, s2: u32, s3: u32): void {
  a = s0;
  b = s1;
  c = s2;
  d = s3;
  used = BLOCK;
}

function refill(): void {
  let s0 = a;
  let s1 = b;
  let s2 = c;
  let s3 = d;
  for (let i = 0; i < BLOCK; i++) {
    store<u32>(draws + ((<usize>i) << 2), rotl<u32>(s1 * 5, 7) * 9);
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = rotl<u32>(s3, 11);
  }
  a = s0;
  b = s1;
  c = s2;
  d = s3;
  used = 0;
}

@inline
export function next(): u32 {
  if (used == BLOCK) refill();
  const at = draws + ((<usize>used) << 2);
  used++;
  return load<u32>(at);
}

/** Uniform on 0 .. n - 1 (Lemire 2019). The threshold is below n: a division is needed only when low < n. */
@inline
export function below(n: u32): u32 {
  let product = <u64>next() * <u64>n;
  if (<u32>product < n) {
    const threshold: u32 = (<u32>0 - n) % n;
    while (<u32>product < threshold) product = <u64>next() * <u64>n;
  }
  return <u32>(product >> 32);
}
