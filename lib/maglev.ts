/**
 * Switches off Maglev, the middle one of V8's compilers for JavaScript, in this process and all its threads.
 * On Node 24, with more busy processes than cores, it now and then compiles a function so that a number in one
 * object becomes that of another: cohesions of different groups came out equal (environment.md has the counts;
 * crashes of it under the same conditions: nodejs/node issue 64841). A compiler must not decide about weights.
 * `node --maglev` keeps it.
 *
 * Every entry of the library imports this file before all others.
 */

import { setFlagsFromString } from "node:v8";

const FIRST = 22; // the first major version of Node that uses it, in some of its releases
const major = Number(process.versions.node.split(".")[0]);

if (major >= FIRST && !process.execArgv.some((option) => /^--(no-?)?maglev$/.test(option)))
  setFlagsFromString("--no-maglev");
