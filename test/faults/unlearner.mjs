// Forgets in a folder, and may be killed anywhere. argv: the compiled door. Waits for a line of JSON, { folder, request,
// key }, so that Node and the library are loaded by then; says "begun" before the folder is opened, "done" at the end.
import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { open } = createRequire(import.meta.url)(process.argv[2]);
const say = (word) => writeSync(1, `${word}\n`);

const { value } = await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
const { folder, request, key } = JSON.parse(value);
say("begun");
const system = await open(folder);
await system.forget(request, { key });
await system.close();
say("done");
process.exit(0); // standard input is still open
