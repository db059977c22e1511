/**
 * Scatter-add for TensorFlow.js on WebAssembly: row k of `x` is added to row segmentIds[k] of the result, in
 * the order of k. It is the gradient of looking up embedding rows, and the one kernel that training needs and
 * the WASM backend lacks ("UnsortedSegmentSum").
 */

import * as tf from "@tensorflow/tfjs";
import type { WasmBackend } from "./tfjsWasmKernels";

/**
 * Makes the kernel known to TensorFlow.js, once. Ids that stand for no segment (negative or too large) are
 * left out.
 */
export function registerScatterAdd(): void {
  if (tf.getKernel("UnsortedSegmentSum", "wasm")) return;
  tf.registerKernel({
    kernelName: "UnsortedSegmentSum",
    backendName: "wasm",
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { x, segmentIds } = inputs as Record<string, tf.TensorInfo>; // n x ..., n
      const segments = attrs?.numSegments as number;
      const wasm = backend as unknown as WasmBackend;
      const rest = x.shape.slice(segmentIds.shape.length);
      const width = rest.reduce((product, length) => product * length, 1);
      const result = wasm.makeOutput([segments, ...rest], x.dtype); // segments x ...
      // views only now: making the output may have moved the memory
      const sums = wasm.typedArrayFromHeap(result).fill(0);
      const values = wasm.typedArrayFromHeap(x);
      const ids = wasm.typedArrayFromHeap(segmentIds);
      for (let k = 0; k < ids.length; k++) {
        if (ids[k] < 0 || ids[k] >= segments) continue;
        const to = ids[k] * width;
        const from = k * width;
        for (let j = 0; j < width; j++) sums[to + j] += values[from + j];
      }
      return result;
    },
  });
}
