// Completes package-lock.json after an `npm install` against a registry that lacks packages for other
// systems: npm then leaves those optional packages out of the lock, and `npm ci` refuses it everywhere. Adds
// an entry for each, by the exact version that its parent asks for; system and processor are read from its
// name. Run: node scripts/complete_lock.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, say, script } from "./tools.mjs";

const SYSTEMS = [
  "android",
  "darwin",
  "linux",
  "win32",
  "freebsd",
  "openbsd",
  "netbsd",
  "sunos",
  "aix",
  "openharmony",
];
const PROCESSORS = ["arm64", "arm", "x64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x"];

/** Where Node finds `name` from the package at `place`, if the lock has it. */
function placeOf(packages, place, name) {
  for (let at = place; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const candidate = at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (packages[candidate]) return candidate;
    if (at === "" || !at.includes("/node_modules/"))
      return packages[`node_modules/${name}`] && `node_modules/${name}`;
  }
}

/** Optional packages that the lock does not list: [name, version range, parent's entry]. */
export function missingOptional({ packages }) {
  return Object.entries(packages).flatMap(([place, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !placeOf(packages, place, name))
      .map(([name, version]) => ({ name, version, parent: place, dev: entry.dev })),
  );
}

function entryFor({ name, version, dev }) {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter(
    (processor) => words.includes(processor) || words.includes(`${processor}-gnueabihf`),
  );
  const libc =
    words.includes("musl") || words.includes("musleabihf")
      ? ["musl"]
      : words.includes("gnu")
        ? ["glibc"]
        : [];
  return {
    version,
    ...(cpu.length ? { cpu } : {}),
    ...(dev ? { dev: true } : {}),
    ...(libc.length && os.includes("linux") ? { libc } : {}),
    optional: true,
    ...(os.length ? { os } : {}),
  };
}

if (process.argv[1]?.endsWith("complete_lock.mjs"))
  await script(async () => {
    const path = join(root, "package-lock.json");
    const lock = JSON.parse(readFileSync(path, "utf8"));
    const added = missingOptional(lock);
    for (const missing of added) lock.packages[`node_modules/${missing.name}`] = entryFor(missing);
    const [own, ...rest] = Object.entries(lock.packages);
    lock.packages = Object.fromEntries([own, ...rest.sort(([a], [b]) => (a < b ? -1 : 1))]);
    writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
    for (const { name, version } of added) say(`added ${name} ${version}`);
    say(`${added.length} packages added`);
  });
