// Loaded into the notebook kernel by NODE_OPTIONS=--require. tslab sends messages to Jupyter without waiting
// for one to leave before the next, and zeromq 6 makes every 513th of them wait for the event loop: whatever
// is sent meanwhile is refused and lost, be it a picture, a reply, or the end of a cell. Here it waits for
// its turn instead. And what is a thousand messages ahead of its reader is dropped where it is published:
// here it is kept. And tslab is kept from watching what it cannot follow, and from living on where it cannot
// be reached.
const { realpathSync, writeSync } = require("node:fs");
const { createRequire } = require("node:module");
const { setTimeout: pause } = require("node:timers/promises");
const { isMainThread } = require("node:worker_threads");

/**
 * Makes the sockets of zeromq keep what is sent while a message is under way, in order. @param prototype
 * `Socket.prototype`
 */
function sendInTurn(prototype) {
  const sendNow = prototype.send;
  const last = new WeakMap(); // by socket: the promise of the last message that it took
  const waiting = new WeakMap(); // by socket, if any: that of the last message that it has not taken yet
  const send = function (...message) {
    const now = () => sendNow.apply(this, message);
    const inTime = async () => {
      for (;;) {
        try {
          return await now();
        } catch (error) {
          if (error?.code !== "EBUSY") throw error;
        }
        await pause(1);
      }
    };
    if (!waiting.has(this)) {
      try {
        const sent = now(); // at once: the output of a long cell is not to appear at its end
        last.set(this, sent);
        return sent;
      } catch (error) {
        if (error?.code !== "EBUSY") throw error;
      }
    }
    // none yet: the socket is still being bound
    const before = waiting.get(this) ?? last.get(this) ?? Promise.resolve();
    const sent = before.then(inTime, inTime); // whether that one arrived is its own sender's to know
    waiting.set(this, sent);
    const taken = () => waiting.get(this) === sent && waiting.delete(this);
    sent.then(taken, taken);
    return sent;
  };
  Object.defineProperty(prototype, "send", { value: send }); // it cannot be assigned
}

/**
 * Makes a socket that is still being bound receive as soon as it is. tslab begins to read before it binds, and
 * whoever connects at once has sent a first message before zeromq says that the socket is bound: reading the
 * second would fail, and nobody would answer any more. @param prototype `Socket.prototype`
 */
function receiveOnceBound(prototype) {
  const receiveNow = prototype.receive;
  const value = async function () {
    for (;;) {
      try {
        return await receiveNow.call(this); // at once: tslab counts on it that reading has begun
      } catch (error) {
        if (error?.code !== "EBUSY" || !error.message.includes("bind")) throw error; // or it is read twice
      }
      await pause(1);
    }
  };
  Object.defineProperty(prototype, "receive", { value }); // it cannot be assigned
}

/** Makes what is published stay until it is read, however slow its reader. @param zeromq the module */
function publishAll(zeromq) {
  const { Publisher } = zeromq;
  zeromq.Publisher = class extends Publisher {
    constructor(options) {
      super({ ...options, sendHighWaterMark: 0 }); // no bound
    }
  };
}

/**
 * Makes the compiler of cells look at files alone, not at folders and manifests. tslab holds one timer, and a
 * change of both a file and a folder (a build or an installation beside an open notebook) would need two: every
 * later cell would fail with "Unexpected pending rebuildTimer". @param sys the compiler's access to the disk
 */
function watchFilesOnly(sys) {
  const { watchFile } = sys;
  const unwatched = { close() {} };
  sys.watchDirectory = () => unwatched;
  sys.watchFile = (path, ...rest) => (path.endsWith("package.json") ? unwatched : watchFile(path, ...rest));
}

/**
 * Ends a kernel whose port another process has taken since Jupyter chose it. tslab would live on without ever
 * answering, and whoever started it would wait for a minute; when it dies Jupyter can start it again, on other
 * ports. @param zeromq the module @param end what ends it
 */
function endUnreachable(zeromq, end) {
  for (const { prototype } of [zeromq.Publisher, zeromq.Router, zeromq.Reply]) {
    const { bind } = prototype;
    const value = function (address) {
      const failed = ({ message }) => end(`The kernel cannot listen on ${address}: ${message}`);
      return bind.call(this, address).catch(failed);
    };
    Object.defineProperty(prototype, "bind", { value }); // zeromq's own, further up, cannot be redefined
  }
}

const isKernel = isMainThread && /tslab/.test(process.argv[1] ?? "") && process.argv.includes("kernel");
if (isKernel) {
  const load = createRequire(realpathSync(process.argv[1]));
  const zeromq = load("zeromq");
  sendInTurn(zeromq.Socket.prototype);
  receiveOnceBound(zeromq.Socket.prototype);
  publishAll(zeromq);
  endUnreachable(zeromq, (reason) => {
    writeSync(2, `${reason}\n`);
    process.exit(1);
  });
  watchFilesOnly(load("@tslab/typescript-for-tslab").sys);
}

module.exports = { endUnreachable, publishAll, receiveOnceBound, sendInTurn, watchFilesOnly };
