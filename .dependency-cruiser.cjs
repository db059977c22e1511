/**
 * The seven floors of the house: a file imports only from lower floors or from its own room, and never in a circle.
 * Rooms of one floor do not know each other.
 */
const floors = [
  ["random", "numeric", "json", "errors", "clock", "kernels", "report"],
  ["grouping", "data", "model"],
  ["hypergraph", "cohesion", "engine", "metrics"],
  ["training"],
  ["unlearning"],
  ["experiments"],
  ["cli", "index"],
];

const room = (name) => `^lib/${name}(/|\\.ts$)`;
const utilities = ["random", "numeric", "json", "errors", "clock"];

const forbidden = [
  { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
  { name: "no-orphan-dependency", severity: "error", from: { path: "^lib/" }, to: { couldNotResolve: true } },
];
floors.forEach((rooms, level) => {
  for (const name of rooms) {
    const above = floors.slice(level + 1).flat();
    const beside = rooms.filter((other) => other !== name && !utilities.includes(other));
    forbidden.push({
      name: `floor-${level + 1}-${name}`,
      comment: `${name} stands on floor ${level + 1}: it may use lower floors, the utilities and itself`,
      severity: "error",
      from: { path: room(name) },
      to: { path: [...above, ...(name === "index" || name === "cli" ? [] : beside)].map(room) },
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
