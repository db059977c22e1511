/**
 * The floors of the house: a file imports only from lower floors or from its own room, and never in a circle.
 * Rooms of one floor do not know each other.
 */
const floors = [
  ["random", "numeric", "json", "errors", "version", "settings", "yield", "nesting", "shell"],
  ["kernels", "disk", "statistics"],
  ["runs", "report"],
  ["grouping", "data", "model"],
  ["hypergraph", "cohesion", "engine", "metrics"],
  ["training"],
  ["unlearning"],
  ["advice"],
  ["questions"],
  ["cli", "index"],
];

const room = (name) => `^lib/${name}(/|\\.ts$)`;
const utilities = ["random", "numeric", "json", "errors", "version", "settings", "yield", "nesting", "shell"];

const forbidden = [
  { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
  { name: "no-orphan-dependency", severity: "error", from: { path: "^lib/" }, to: { couldNotResolve: true } },
];
const top = floors.length - 1;
floors.forEach((rooms, level) => {
  for (const name of rooms) {
    const beside = rooms.filter((other) => other !== name && !utilities.includes(other));
    const closed = [...floors.slice(level + 1).flat(), ...(level === top ? [] : beside)];
    if (closed.length === 0) continue;
    forbidden.push({
      name: `floor-${level + 1}-${name}`,
      comment: `${name} stands on floor ${level + 1}: it may use lower floors, the utilities and itself`,
      severity: "error",
      from: { path: room(name) },
      to: { path: closed.map(room) },
    });
  }
});

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: ["lib/dist", "lib/kernels/assembly", "node_modules"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
