import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";

const require = createRequire(join(__dirname, "kernelPatches.test.ts"));
const patches = require("../../scripts/kernel_patches.cjs") as {
  publishAll(module: object): void;
  receiveOnceBound(prototype: object): void;
  sendInTurn(prototype: object): void;
  watchFilesOnly(sys: object): void;
};
const { publishAll, receiveOnceBound, sendInTurn, watchFilesOnly } = patches;

const busy = () => Object.assign(new Error("Socket is busy writing"), { code: "EBUSY" });

/**
 * A socket as zeromq has them: busy while it is being bound, and while a message waits for the event loop.
 */
class Socket {
  readonly sent: string[] = [];
  bound = true;
  slow = false;
  private taken = true;

  send(message: string): Promise<void> {
    if (!this.bound || !this.taken) throw busy();
    if (message === "broken") return Promise.reject(new Error("no such peer"));
    this.taken = false;
    const leave = async () => {
      if (this.slow) await pause(5);
      this.taken = true;
      this.sent.push(message);
    };
    if (this.slow) return leave();
    this.taken = true;
    this.sent.push(message);
    return Promise.resolve();
  }
}
sendInTurn(Socket.prototype);

describe("sockets of the notebook kernel", () => {
  it("read again what they could not while they were being bound, and tell every other error", async () => {
    const failures = ["Socket is blocked by a bind or unbind operation", "Socket is busy reading"];
    class Reader {
      reads = 0;
      receive(): Promise<string> {
        const message = failures[this.reads++];
        if (message) throw Object.assign(new Error(message), { code: "EBUSY" });
        return Promise.resolve("hello");
      }
    }
    receiveOnceBound(Reader.prototype);
    const reader = new Reader();
    await expect(reader.receive()).rejects.toThrow("busy reading");
    expect(reader.reads).toBe(2);
    await expect(reader.receive()).resolves.toBe("hello");
  });

  it("send at once what can be sent at once", () => {
    const socket = new Socket();
    void socket.send("a");
    void socket.send("b");
    expect(socket.sent).toEqual(["a", "b"]);
  });

  it("keep what is sent while a message is under way, in order", async () => {
    const socket = new Socket();
    socket.slow = true;
    await Promise.all(["a", "b", "c", "d"].map((message) => socket.send(message)));
    expect(socket.sent).toEqual(["a", "b", "c", "d"]);
  });

  it("keep the very first message when the socket is not bound yet", async () => {
    const socket = new Socket();
    socket.bound = false;
    const sent = Promise.all([socket.send("first"), socket.send("second")]);
    await pause(5);
    socket.bound = true;
    await sent;
    expect(socket.sent).toEqual(["first", "second"]);
  });

  it("leave other failures to the sender, and go on", async () => {
    const socket = new Socket();
    socket.slow = true;
    const first = socket.send("a");
    const broken = socket.send("broken");
    const last = socket.send("b");
    await expect(broken).rejects.toThrow("no such peer");
    await Promise.all([first, last]);
    expect(socket.sent).toEqual(["a", "b"]);
  });
});

/** What the test needs of zeromq's sockets, as the kernel has them. */
interface Sockets {
  Publisher: new () => {
    readonly lastEndpoint: string;
    bind(address: string): Promise<void>;
    send(message: Uint8Array): Promise<void>;
    close(): void;
  };
  Subscriber: new (options: {
    receiveTimeout: number;
  }) => {
    connect(address: string): void;
    subscribe(): void;
    receive(): Promise<Uint8Array[]>;
    close(): void;
  };
}

describe("what the kernel publishes", () => {
  const kernel = createRequire(realpathSync(require.resolve("tslab")));
  const zeromq = { ...(kernel("zeromq") as Sockets) };
  publishAll(zeromq);

  it("reaches a reader who is far behind, all of it and in order", async () => {
    const publisher = new zeromq.Publisher();
    await publisher.bind("tcp://127.0.0.1:*");
    const reader = new zeromq.Subscriber({ receiveTimeout: 10_000 });
    reader.connect(publisher.lastEndpoint);
    reader.subscribe();
    const message = new Uint8Array(2048);
    const number = new DataView(message.buffer);
    const heard = reader.receive(); // whoever connects late misses what was sent before
    for (let met = false; !met; ) {
      await publisher.send(message);
      met = await Promise.race([heard.then(() => true), pause(10, false)]);
    }
    const count = 10_000; // 20 MB: more than the system's own buffers hold
    for (let n = 1; n <= count; n++) {
      number.setUint32(0, n);
      await publisher.send(message.slice());
    }
    let last = 0;
    let next = 0;
    while (next < count) {
      const [bytes] = await reader.receive();
      next = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
      if (next !== 0 && next !== ++last) break;
    }
    expect([last, next]).toEqual([count, count]);
    publisher.close();
    reader.close();
  });
});

describe("what the compiler of cells watches", () => {
  it("is source files: a change of a folder or of a manifest tells it nothing, a changed source does", () => {
    const told: string[] = [];
    const tell = (kind: string) => (path: string, changed: () => void) => {
      told.push(`${kind} ${path}`);
      changed();
      return { close() {} };
    };
    const sys = { watchFile: tell("file"), watchDirectory: tell("folder") };
    watchFilesOnly(sys);
    let changes = 0;
    const watchers = [
      sys.watchFile("lib/package.json", () => changes++),
      sys.watchDirectory("node_modules", () => changes++),
      sys.watchFile("lib/dist/index.d.ts", () => changes++),
    ];
    for (const watcher of watchers) watcher.close();
    expect(told).toEqual(["file lib/dist/index.d.ts"]);
    expect(changes).toBe(1);
  });
});

describe("a kernel whose port is taken", () => {
  it("ends and says so, and does not live on unheard", async () => {
    const taker = createServer().listen(0, "127.0.0.1");
    await once(taker, "listening");
    const { port } = taker.address() as AddressInfo;
    const folder = mkdtempSync(join(tmpdir(), "erasable-port-"));
    const connection = join(folder, "kernel.json");
    const free = { iopub_port: "*", control_port: "*", stdin_port: "*", hb_port: "*" };
    writeFileSync(
      connection,
      JSON.stringify({ transport: "tcp", ip: "127.0.0.1", key: "k", ...free, shell_port: port }),
    );
    const patches = join(__dirname, "../../scripts/kernel_patches.cjs");
    const tslab = join(__dirname, "../../node_modules/tslab/bin/tslab");
    const args = ["--require", patches, tslab, "kernel", "--config-path", connection];
    const kernel = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    kernel.stderr.on("data", (chunk) => {
      said += chunk;
    });
    try {
      const [code] = await once(kernel, "close", { signal: AbortSignal.timeout(50_000) });
      expect(code).toBe(1);
      expect(said).toContain(`The kernel cannot listen on tcp://127.0.0.1:${port}`);
    } finally {
      kernel.kill("SIGKILL");
      taker.close();
      rmSync(folder, { recursive: true });
    }
  });
});
