/**
 * What the suite needs of the notebook kernel beyond its public display: an output in several forms, the
 * value that a cell ends with, and errors in a line. It reads tslab 1.0.22 (dist/executor.js,
 * dist/jupyter.js); where it finds another program nothing happens but the kernel's own printing.
 */

import { inspect } from "node:util";
import { InputError, StoppedError } from "../errors";
import type { Bundle } from "./context";
import { shorten } from "./text";

interface KernelModule {
  lastWriteDisplayData?(
    content: { data: Bundle; metadata: object; transient: object },
    update: boolean,
  ): void;
}

/** Shows one output in several forms; false outside tslab. */
export function writeBundle(data: Bundle): boolean {
  const path = Object.keys(require.cache).find((file) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file));
  const kernel: KernelModule = (path && require.cache[path]?.exports) || {};

  const write = kernel.lastWriteDisplayData;
  if (!write) return false;
  write({ data, metadata: {}, transient: {} }, false);
  return true;
}

interface KernelGlobal {
  __tslab__?: { exports: object; readonly require: unknown };
}

const hooked = new WeakSet<object>();

/** Names that this file has made global. */
const global = new Set<string>();

/** Lets a later cell write `{ x }` for what this one calls x, the one mention that tslab does not rewrite. */
function makeGlobal(cells: object, name: string): void {
  if (!/^[A-Za-z_$][\w$]*$/.test(name) || (name in globalThis && !global.has(name))) return;
  global.add(name);
  Object.defineProperty(globalThis, name, { configurable: true, get: () => Reflect.get(cells, name) });
}

/**
 * Lets `draw` have the value that a cell ends with, which tslab keeps as the export `tsLastExpr`. Where it
 * returns true the kernel prints nothing.
 */
export function onLastValue(draw: (value: unknown) => boolean): void {
  const kernel = (globalThis as KernelGlobal).__tslab__;
  if (!kernel || hooked.has(kernel)) return;
  hooked.add(kernel);
  const cells = kernel.exports;
  kernel.exports = new Proxy(cells, {
    defineProperty: (_, name, attributes) => {
      const last = /^tsLastExpr\d*$/.test(String(name));
      const value = last && draw(attributes.value) ? undefined : attributes.value;
      const defined = Reflect.defineProperty(cells, name, { ...attributes, ...(last ? { value } : {}) });
      if (!last) makeGlobal(cells, String(name));
      return defined;
    },
  });
}

/** What the kernel says when the stop button ends a cell. */
const STOPS = /^(Interrupted asynchronously|Script execution was interrupted by `SIGINT`)$/;
/** Lines of a stack that tell about the kernel and not about the cell. */
const INNER =
  /\((?:node:|.*[\\/]node_modules[\\/](?:@?tslab|commander)[\\/])|at node:|[\\/]node_modules[\\/]tslab[\\/]/;

/** An error as a cell prints it: one line if people can act on it, else with their lines of the stack. */
export function errorText(error: Error, where: () => string | undefined): string {
  if (error instanceof StoppedError || STOPS.test(error.message)) {
    const place = where();
    return `Stopped${place ? ` (${place})` : ""}. What was finished is kept; run the cell again to go on.`;
  }
  if (error instanceof InputError) return `${error.name}: ${shorten(error.message)}`;
  const [head, ...stack] = (error.stack ?? String(error)).split("\n    at ");
  return [head, ...stack.filter((line) => !INNER.test(`(${line}`) && !INNER.test(`at ${line}`))].join(
    "\n    at ",
  );
}

/** Lets the kernel print errors in that way. */
export function readableErrors(where: () => string | undefined): void {
  if (!(globalThis as KernelGlobal).__tslab__) return;
  Object.defineProperty(Error.prototype, inspect.custom, {
    configurable: true,
    enumerable: false,
    value(this: Error) {
      return errorText(this, where);
    },
  });
}
