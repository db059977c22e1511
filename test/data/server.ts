/** An HTTP server on this machine that serves one file, well or badly: what a download has to cope with. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Behaviour {
  content: Uint8Array;
  /** entity tag of the content; none: the server names no version */
  etag?: string;
  /** answers with this status and no content */
  status?: number;
  /** sends only so many bytes to the first `stalls` requests (default: to all) and leaves the connection open */
  stallAfter?: number;
  stalls?: number;
  /** takes no notice of Range */
  ignoresRange?: boolean;
  /** answers a range with another one */
  wrongRange?: boolean;
}

export interface TestServer {
  readonly address: string;
  behaviour: Behaviour;
  /** Range headers of the requests so far; "" where there was none */
  readonly ranges: string[];
  /** breaks the connections that stand still */
  cut(): void;
  close(): Promise<void>;
}

export async function startServer(): Promise<TestServer> {
  const ranges: string[] = [];
  const state: { behaviour: Behaviour } = { behaviour: { content: new Uint8Array() } };
  const stalled: ServerResponse[] = [];
  const server = createServer((request, response) => {
    if (answer(state.behaviour, ranges, request, response)) stalled.push(response);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ranges,
    get behaviour() {
      return state.behaviour;
    },
    set behaviour(next: Behaviour) {
      state.behaviour = next;
      ranges.length = 0;
    },
    cut: () => {
      for (const response of stalled.splice(0)) response.destroy();
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Answers one request; true when it stopped half-way. */
function answer(b: Behaviour, ranges: string[], request: IncomingMessage, response: ServerResponse): boolean {
  ranges.push(request.headers.range ?? "");
  if (b.status !== undefined) {
    response.writeHead(b.status).end("no");
    return false;
  }
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const fresh = request.headers["if-range"] === undefined || request.headers["if-range"] === b.etag;
  const from = asked && fresh && !b.ignoresRange ? Number(asked[1]) : 0;
  const partial = asked !== null && fresh && !b.ignoresRange;
  const size = b.content.length;
  if (partial && from >= size) {
    response.writeHead(416, { "content-range": `bytes */${size}` }).end();
    return false;
  }
  if (b.etag !== undefined) response.setHeader("etag", b.etag);
  response.setHeader("content-length", size - from);
  if (partial) response.setHeader("content-range", `bytes ${b.wrongRange ? 0 : from}-${size - 1}/${size}`);
  response.writeHead(partial ? 206 : 200);
  const rest = b.content.subarray(from);
  if (b.stallAfter === undefined || ranges.length > (b.stalls ?? Infinity)) {
    response.end(rest);
    return false;
  }
  response.write(rest.subarray(0, b.stallAfter));
  return true;
}
