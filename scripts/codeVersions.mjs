// Versions of the code that decides results: for each entry a hash of what it reaches by imports, and of the
// kernels that these sources name. What counts is content: no comment, no type, no layout, no path, so a file
// may move and its version stays. Entries are declared where they belong (a method and a job list their
// modules) and read as values.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** SHA-256 of some texts or bytes, one after another. */
export function hashOf(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}\n`).update(part);
  return hash.digest("hex");
}

const OWN = readFileSync(fileURLToPath(import.meta.url));

/** Code that finds data but does not decide what is in them: records name their data by checksum. */
const INDIFFERENT = ["data/reference", "data/load", "data/catalog", "data/download", "data/unzip"];
/** Lists of things that have versions of their own: a further one leaves those of the others as they are. */
const LISTS = ["unlearning/methods", "model/models", "questions/questions"];
/** What trains, whatever the method: checkpoints name it. An engine is loaded by its name. */
const TRAINING = ["training/sequential", "engine/create"];

/** The modules of each entry. @param dist the compiled package, for what is declared in it */
function entriesOf(dist) {
  const load = createRequire(join(dist, "index.js"));
  const { METHODS } = load("./unlearning/methods.js");
  const { MODEL_NAMES } = load("./model/models.js");
  const { QUESTIONS } = load("./questions/questions.js");
  const jobs = QUESTIONS.flatMap((question) => question.jobs);
  return Object.fromEntries([
    ["training", TRAINING],
    ...MODEL_NAMES.map((name) => [`models/${name}`, [`model/${name}/model`]]),
    ...Object.entries(METHODS).map(([name, { modules }]) => [`methods/${name}`, modules]),
    ...jobs.map(({ name, modules }) => [`jobs/${name}`, modules]),
  ]);
}

/**
 * A source as it decides: its text without comments, types and the paths of imports; what it imports; what it
 * names.
 */
function reading(name, text) {
  const file = ts.createSourceFile(`${name}.ts`, text, ts.ScriptTarget.ES2022, true);
  const imports = [];
  const strings = new Set();
  const cuts = [];
  const take = (specifier) => {
    if (!ts.isStringLiteral(specifier) || !specifier.text.startsWith(".")) return;
    imports.push(posix.join(posix.dirname(name), specifier.text.replace(/\.js$/, "")));
    cuts.push([specifier.getStart() + 1, specifier.getEnd() - 1]);
  };
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier && !isOfTypes(node)) take(node.moduleSpecifier);
      return;
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      take(node.arguments[0]);
    else if (ts.isStringLiteral(node)) strings.add(node.text);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  let bare = text;
  for (const [from, to] of cuts.reverse()) bare = bare.slice(0, from) + bare.slice(to);
  const compilerOptions = {
    removeComments: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
  };
  return {
    imports,
    strings: [...strings],
    own: hashOf(ts.transpileModule(bare, { compilerOptions }).outputText),
  };
}

/** Whether a declaration imports or exports types alone: nothing of it is left when it is compiled. */
function isOfTypes(node) {
  const clause = ts.isImportDeclaration(node) ? node.importClause : node;
  if (clause?.isTypeOnly) return true;
  const names = ts.isImportDeclaration(node) ? clause?.namedBindings : node.exportClause;
  return (
    !clause?.name && Boolean(names?.elements?.length) && names.elements.every(({ isTypeOnly }) => isTypeOnly)
  );
}

/**
 * The version of each entry, 16 hexadecimal digits.
 * @param sources texts by name, "unlearning/laser"
 * @throws Error for a module that is not there
 */
export async function codeVersions(sources, dist) {
  const known = new Map();
  // what was read before, by content: only what has changed is parsed again
  const path = join(dist, ".readings.json");
  const before = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  const used = {};
  const of = (module) => {
    const name = sources.has(module) ? module : `${module}/index`;
    const text = sources.get(name);
    if (text === undefined) throw new Error(`code versions: there is no module lib/${module}.ts`);
    if (!known.has(name)) {
      const key = hashOf(OWN, ts.version, name, text);
      used[key] = before[key] ?? reading(name, text);
      known.set(name, used[key]);
    }
    return known.get(name);
  };
  const kernels = join(dist, "kernels");
  const wasm = existsSync(kernels)
    ? readdirSync(kernels)
        .filter((name) => name.endsWith(".wasm"))
        .sort()
    : [];
  const followed = (name) =>
    of(name).imports.filter((target) => !INDIFFERENT.includes(target) && !LISTS.includes(target));
  const versionOf = (modules) => {
    const reached = new Set(modules);
    for (const name of reached) for (const target of followed(name)) reached.add(target);
    // with the hashes of what it imports, in order: which module a name comes from decides too
    const linked = [...reached].map((name) =>
      hashOf(of(name).own, ...followed(name).map((target) => of(target).own)),
    );
    const named = wasm.filter((name) =>
      [...reached].some((source) => of(source).strings.includes(basename(name, ".wasm"))),
    );
    const bytes = named.map((name) => readFileSync(join(kernels, name)));
    return hashOf(...linked.sort(), ...bytes).slice(0, 16);
  };
  const entries = Object.entries(entriesOf(dist));
  const versions = Object.fromEntries(entries.map(([entry, modules]) => [entry, versionOf(modules)]));
  writeFileSync(path, JSON.stringify(used));
  return versions;
}
