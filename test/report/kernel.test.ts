/** What the suite reads and sets in tslab: the value that a cell ends with, and errors in a line. */

import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { InputError, StoppedError } from "../../lib/errors";
import { errorText, onLastValue, readableErrors, writeBundle } from "../../lib/report/kernel";

const shared = globalThis as { __tslab__?: { exports: Record<string, unknown>; require: unknown } };
afterEach(() => {
  delete shared.__tslab__;
  Reflect.deleteProperty(Error.prototype, inspect.custom);
});

describe("the value that a cell ends with", () => {
  const define = (name: string, value: unknown) =>
    Object.defineProperty(shared.__tslab__?.exports, name, { value, configurable: true, writable: true });

  it("is taken where it is drawn, and left where not; other exports are left alone", () => {
    const exports: Record<string, unknown> = {};
    shared.__tslab__ = { exports, require };
    const drawn: unknown[] = [];
    onLastValue((value) => drawn.push(value) > 0 && value !== 3);
    onLastValue(() => false); // a second call, by a first cell that is run again, changes nothing
    define("rows", [1]);
    define("tsLastExpr", "a table");
    expect(exports).toMatchObject({});
    expect([exports.rows, exports.tsLastExpr]).toEqual([[1], undefined]);
    define("tsLastExpr1", 3);
    expect(exports.tsLastExpr1).toBe(3);
    expect(drawn).toEqual(["a table", 3]);
  });

  it("can be named in short by a later cell, without taking a name of the system's", () => {
    const exports: Record<string, unknown> = {};
    shared.__tslab__ = { exports, require };
    onLastValue(() => false);
    define("families", ["labCode"]);
    define("process", "mine");
    const later = new Function("return { families, process };") as () => Record<string, unknown>;
    expect(later()).toEqual({ families: ["labCode"], process });
    define("families", ["fullRank"]);
    expect(later().families).toEqual(["fullRank"]);
    Reflect.deleteProperty(globalThis, "families");
  });

  it("is nobody's business outside the kernel", () => {
    onLastValue(() => true);
    expect(writeBundle({})).toBe(false);
  });
});

describe("an error", () => {
  const here = () => "Learning: group 2 of 4, epoch 12 of 50";

  it("that people can act on is one line", () => {
    expect(errorText(new InputError("epochs: 0 is not an integer from 1"), here)).toBe(
      "InputError: epochs: 0 is not an integer from 1",
    );
  });

  it("of the stop button says what was kept and how to go on", () => {
    const text =
      "Stopped (Learning: group 2 of 4, epoch 12 of 50). What was finished is kept; run the cell again to go on.";
    expect(errorText(new Error("Interrupted asynchronously"), here)).toBe(text);
    expect(errorText(new Error("Script execution was interrupted by `SIGINT`"), here)).toBe(text);
    expect(errorText(new StoppedError("x"), () => undefined)).toMatch(/^Stopped\. What/);
  });

  it("of the cell keeps the lines of its stack that are its own", () => {
    const error = new TypeError("x is undefined");
    error.stack = [
      "TypeError: x is undefined",
      "evalmachine.<anonymous>:3:5",
      "Object.learn (/home/me/lib/dist/api.js:1:2)",
      "sigintHandlersWrap (node:vm:280:12)",
      "Object.execute (/home/me/node_modules/tslab/dist/executor.js:160:38)",
    ].join("\n    at ");
    const kept =
      "TypeError: x is undefined\n    at evalmachine.<anonymous>:3:5\n    at Object.learn (/home/me/lib/dist/api.js:1:2)";
    expect(errorText(error, here)).toBe(kept);
  });

  it("is printed in that way in the kernel alone", () => {
    readableErrors(here);
    expect(inspect(new InputError("no"))).toContain("\n    at ");
    shared.__tslab__ = { exports: {}, require };
    readableErrors(here);
    expect(inspect(new InputError("no"))).toBe("InputError: no");
    expect(inspect(new InputError(`user "${"x".repeat(1e4)}"`)).length).toBeLessThan(200);
    expect(inspect({ reason: new InputError("no") })).toBe("{ reason: InputError: no }");
  });
});
