/** The systems of the figure `beyond`: whatever their grids say is a method, and names are told apart. */

import { describe, expect, it } from "vitest";
import { methodWith, withChange } from "../../../lib/questions/beyond/settings";
import type { BeyondCell, FlatSettings } from "../../../lib/questions/cell";
import { beyond } from "../../../lib/questions/figures/beyond";
import { RANKED, SMALL, SYSTEMS } from "../../../lib/questions/figures/beyondSystems";
import { PROFILE_NAMES, profileNamed } from "../../../lib/questions/profile";

/** Settings after the first of each stage before, with each change of the next: what a search can ask for. */
function candidates({ grid }: BeyondCell): FlatSettings[] {
  let before: FlatSettings = {};
  return grid.flatMap((stage) => {
    const own = stage.map((change) => withChange(before, change));
    before = own[0];
    return own;
  });
}

describe("systems of beyond", () => {
  it.each(PROFILE_NAMES.map((name) => [name]))("%s: every candidate of every grid is a method", (name) => {
    const profile = profileNamed(name);
    const cells = beyond.cells(profile) as BeyondCell[];
    const learned = cells.filter(({ request, seed }) => request === "none" && seed === profile.seeds[0]);
    expect(learned.length).toBeGreaterThan(0);
    for (const cell of learned)
      for (const change of [{}, ...candidates(cell)])
        expect(methodWith(cell, change).name, cell.variant).toBe(cell.method);
  });

  it("have ids, labels and places in a chart of their own; lists name systems that exist", () => {
    for (const of of ["id", "label"] as const)
      expect(new Set(SYSTEMS.map((system) => system[of])).size).toBe(SYSTEMS.length);
    expect(new Set(SYSTEMS.map(({ series, point }) => `${series} ${point}`)).size).toBe(SYSTEMS.length);
    const ids = SYSTEMS.map(({ id }) => id);
    for (const id of [...SMALL, ...RANKED]) expect(ids).toContain(id);
  });
});
