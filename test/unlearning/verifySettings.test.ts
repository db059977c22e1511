/** Which settings a verification has checked: an operator who certifies with other ones is found, or it is said. */

import { describe, expect, it } from "vitest";
import { learn, verify } from "../../lib/unlearning/api";
import { type Certificate, signed } from "../../lib/unlearning/certificate";
import { specOf } from "../../lib/unlearning/methods";
import { planHash } from "../../lib/unlearning/plan";
import { fileOf, world } from "../training/world";
import { EVERY_METHOD } from "./everyMethod";
import { certified, KEY } from "./support";

const ratings = world();

/** Another value that the setting takes. */
function another(method: string, key: string, value: unknown): unknown {
  const { allowed, accepts } = specOf(method)[key];
  const choices = /^one of (.*)$/.exec(allowed)?.[1].split(", ") ?? [];
  const number = Number(value);
  return [...choices, value !== true, number + 1, number - 1, number / 2, number * 2, 8, 16].find(
    (one) => one !== value && accepts(one),
  );
}

/** The certificate with another setting, and perhaps another plan, signed anew by its operator. */
function withSetting(
  { digest: _, signature: __, signer: ___, ...statement }: Certificate,
  key: string,
  value: unknown,
  plan = statement.after.plan,
): Certificate {
  const settings = { ...(statement.settings as object), [key]: value as string };
  return signed({ ...statement, settings, after: { ...statement.after, plan } }, KEY);
}

describe("a setting that its operator has certified otherwise", () => {
  it.each(EVERY_METHOD)("of %s is found", async (_, settings) => {
    const system = await learn(ratings, settings);
    const { certificate } = await certified(system.forget(["u003"], { key: KEY }));
    const { method } = certificate;
    const passed: string[] = [];
    for (const [key, value] of Object.entries(certificate.settings as object)) {
      const other = another(method, key, value);
      if (other === undefined) continue;
      const found = await verify(withSetting(certificate, key, other), ratings, {
        plan: system.plan,
        key: KEY,
      }).catch(() => undefined);
      if (found?.ok) passed.push(`${key} ${String(value)} -> ${String(other)}`);
    }
    expect(passed).toEqual([]);
    await system.close();
  });

  it("in the plan too is said not to be checked, where the plan is given", async () => {
    const system = await learn(ratings, {
      method: "laser",
      epochs: 2,
      batchSize: 32,
      groups: 3,
      grouping: "rand",
    });
    const { certificate } = await certified(system.forget(["u003"], { key: KEY }));
    const { plan } = system;
    if (!plan) throw new Error("no plan");
    const forgedPlan = { ...plan, settings: { ...(plan.settings as object), grouping: "bkm" } };
    const forged = withSetting(certificate, "grouping", "bkm", planHash(forgedPlan));
    const found = await verify(
      forged,
      fileOf(ratings, (user) => user !== 3),
      { plan: forgedPlan },
    );
    expect(found.ok).toBe(true);
    expect(found.checks.find(({ what }) => what === "grouping settings")).toMatchObject({
      verdict: "not checked",
      text: expect.stringMatching(/^(?!.*\bseed\b).*grouping/), // the seed trains, too
      needs: expect.stringContaining("regrouping"),
    });
    const settings = found.checks.find(({ what }) => what === "settings");
    expect(settings).toMatchObject({
      verdict: "holds",
      text: expect.stringMatching(/^\d+ of laser: with them/),
    });
    const again = await certified(system.forget(["u004"], { key: KEY, regroup: true }));
    const whole = await verify(again.certificate, ratings, { key: KEY, earlier: system.certificates() });
    expect(whole.checks.map(({ what }) => what)).not.toContain("grouping settings");
    await system.close();
  });
});
