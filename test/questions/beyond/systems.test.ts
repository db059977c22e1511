/** The systems of the question `beyond`: whatever is searched in them is a method, and names are told apart. */

import { describe, expect, it } from "vitest";
import { beyond } from "../../../lib/questions/beyond/question";
import { RANKED, SMALL, SYSTEMS } from "../../../lib/questions/beyond/systems";
import { PROFILE_NAMES, profileNamed } from "../../../lib/questions/profile";
import { trialsOf } from "../../../lib/questions/question";
import type { Settings, Trial } from "../../../lib/questions/trial";
import { methodFor } from "../../../lib/questions/workbench";

/** Settings after the first of each stage before, with each change of the next: what a search can ask for. */
function candidates({ system }: Trial): Settings[] {
  let before: Settings = system?.settings ?? {};
  return (system?.search ?? []).flatMap((stage) => {
    const own = stage.map((change) => ({ ...before, ...change }));
    before = own[0];
    return own;
  });
}

describe("systems of beyond", () => {
  it.each(PROFILE_NAMES.map((name) => [name]))("%s: every candidate of every search is a method", (name) => {
    const profile = profileNamed(name);
    const trials = trialsOf(beyond.trials(profile));
    const learned = trials.filter(({ request, seed }) => request === "none" && seed === profile.seeds[0]);
    expect(learned.length).toBeGreaterThan(0);
    for (const trial of learned)
      for (const change of [{}, ...candidates(trial)])
        expect(methodFor(trial, change).name).toBe(trial.system?.method);
  });

  it("have ids, labels and places in a chart of their own; lists name systems that exist", () => {
    for (const of of ["id", "label"] as const)
      expect(new Set(SYSTEMS.map((system) => system[of])).size).toBe(SYSTEMS.length);
    expect(new Set(SYSTEMS.map(({ series, point }) => `${series} ${point}`)).size).toBe(SYSTEMS.length);
    const ids = SYSTEMS.map(({ id }) => id);
    for (const id of [...SMALL, ...RANKED]) expect(ids).toContain(id);
  });
});
