/** Whether anybody is left after an erasure: a system of nobody cannot be learned again, and is not kept. */

import { InputError } from "../errors";
import type { Erasure } from "./erasure";
import type { System } from "./method";

/** @throws InputError when no user with a rating would be left. */
export function requireSomebodyLeft(system: System, { users, ratings }: Erasure): void {
  const stays = system.userIds.some((_, user) => {
    if (system.erased.has(user) || users.has(user)) return false;
    const erased = ratings.get(user);
    const { items } = system.ratingsOf(user);
    return items.some((item) => !erased?.has(item));
  });
  if (!stays) throw new InputError("nobody would be left: delete the system's folder instead");
}
