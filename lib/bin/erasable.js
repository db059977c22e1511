#!/usr/bin/env node
// Starts the compiled command line. It is not compiled itself, so that npm can link it before the first build.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const compiled = join(__dirname, "../dist/cli.js");
if (existsSync(compiled)) require(compiled).main(process.argv.slice(2));
else {
  process.stderr.write('erasable: the library is not built; run "npm run build"\n');
  process.exitCode = 1;
}
