/** Requests that name people: trials, records and failures hold tags of them, on every machine the same, and no id. */

import { describe, expect, it } from "vitest";
import { selectRatings } from "../../lib/data/interactions";
import { InputError } from "../../lib/errors";
import { namesPeople, withNames, withTags } from "../../lib/questions/people";
import { world } from "../training/world";

const data = world();
const item = data.itemIds[data.byUser.columns[data.byUser.offsets[4]]];

describe("a request that names people", () => {
  it.each([`users:${data.userIds[3]},${data.userIds[1]}`, `ratings:${data.userIds[4]}/${item}`])(
    "%s",
    (request) => {
      expect(namesPeople(request)).toBe(true);
      const tags = withTags(request, data);
      expect(tags).toMatch(/^(people|pairs):[0-9a-f]{32}(,[0-9a-f]{32})*$/);
      expect(namesPeople(tags)).toBe(false);
      expect(withNames(tags, data)).toBe(request);
      expect(withTags(request, world())).toBe(tags); // another load of the same ratings
    },
  );

  it("has other tags in other ratings, which name nobody there", () => {
    const less = selectRatings(data, (_, place) => place > 0, "less one");
    const tags = withTags("users:u003", data);
    expect(withTags("users:u003", less)).not.toBe(tags);
    expect(() => withNames(tags, less)).toThrow(InputError);
    expect(() => withNames(tags, less)).not.toThrow(/u003/);
  });

  it("of somebody who is not there is refused", () => {
    expect(() => withTags("users:u003,nobody", data)).toThrow(/--request: user "nobody" is not in/);
    expect(() => withTags("ratings:u003/nothing", data)).toThrow(/--request: item "nothing" is not in/);
    expect(() => withNames(`people:${"0".repeat(32)}`, data)).toThrow(/not in/);
  });

  it("other requests stay as they are", () => {
    for (const request of ["rand@5", "random-user", "none"]) expect(withNames(request, data)).toBe(request);
    expect(withTags("rand@5", data)).toBe("rand@5");
  });
});
