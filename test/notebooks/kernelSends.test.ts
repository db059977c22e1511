import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";

const require = createRequire(join(__dirname, "kernelSends.test.ts"));
const { sendInTurn } = require("../../scripts/kernel_sends.cjs") as { sendInTurn(prototype: object): void };

const busy = () => Object.assign(new Error("Socket is busy writing"), { code: "EBUSY" });

/** A socket as zeromq has them: busy while it is being bound, and while a message waits for the event loop. */
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
