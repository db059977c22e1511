/**
 * A system in a folder, so that it outlives the process: `system.json` names the system in force, a store beside it holds
 * checkpoints, ratings by group and the plan. Erasing changes from the old system to the new at one moment, the renaming
 * of `system.json`; a crash before it leaves the old system and the request, a crash after it leaves the new system and
 * the list of files that are still to go, and opening the folder deletes them before anything is read. Once an erasure
 * has returned, no file of the folder holds an erased id or rating, or anything computed from them, but for the groups and
 * their order (unless it regrouped) and for this: users keep the numbers that they had among the sorted ids, so the gaps
 * tell how many were erased and at which places; and a certificate counts them. (What backups and the medium itself keep
 * is the operator's to erase.)
 */

import { join } from "node:path";
import { DiskError } from "../disk/diskError";
import { type Files, nodeFiles, putWhole, UNFINISHED, writeAtomically } from "../disk/files";
import { InUseError } from "../disk/lock";
import { InputError } from "../errors";
import { canonicalJson, sha256 } from "../json";
import { type Cost, inSequence, stageCost } from "../metrics/cost";
import { DamagedError, type EntryName, type Json } from "../training/store";
import { type Certificate, superseded } from "./certificate";
import type { MethodContext, System } from "./method";
import { methodOf } from "./methods";
import { CERTIFICATES, isCertificateFile, OwnStore, requireOwnFiles } from "./ownFiles";
import { otherFormat, parseCertificate } from "./parseCertificate";
import { requireSomebodyLeft } from "./remaining";
import { namedErasure } from "./request";
import { type OperatorKey, tagger } from "./tags";
import { free, type Unlearned, unlearn } from "./unlearn";

/** An erasure by original ids: what a folder remembers of a request until it is done. */
export interface NamedErasure {
  readonly users: readonly string[];
  /** [user, item] of single ratings */
  readonly ratings: readonly (readonly [user: string, item: string])[];
  readonly regroup: boolean;
}

interface InForce {
  readonly format: "erasable system, format 2";
  readonly method: string;
  readonly settings: Json;
  readonly root: Json;
  /** file names of the certificates of the erasures so far, oldest first; other files beside them do not count */
  readonly certificates: readonly string[];
  /** after a change of systems, until they are deleted: what only the old one needed; else null */
  readonly obsolete: readonly EntryName[] | null;
}

const FORMAT = "erasable system, format 2";
const IN_FORCE = "system.json";
const REQUEST = "request.json";
const KEPT = "Nothing has changed, and the request is kept";
const FINISH = "finish it (unlearn --resume), or take it back (unlearn --withdraw)";
/** Before the name of a certificate that was lost before it could be superseded. No file has such a name. */
const LOST = "lost ";

/** Refuses a folder that holds a system, or others' files where one keeps its own. @throws InputError. */
export function requireFree(folder: string, files: Files = nodeFiles): void {
  if (holdsSystem(folder, files))
    throw new InputError(`${folder} holds a system already; open it, or take another folder`);
  requireOwnFiles(folder, [REQUEST], files);
}

/** Whether a system is in force in a folder, which need not exist. */
export const holdsSystem = (folder: string, files: Files = nodeFiles): boolean =>
  files.read(join(folder, IN_FORCE)) !== undefined;

/** A request as it was written. @throws DamagedError naming the file. */
function parseNamedErasure(text: string, path: string): NamedErasure {
  let value: Partial<NamedErasure> | null;
  try {
    value = JSON.parse(text) as Partial<NamedErasure> | null;
  } catch {
    value = null;
  }
  const { users, ratings, regroup } = value ?? {};
  const areIds = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((id) => typeof id === "string");
  if (
    areIds(users) &&
    Array.isArray(ratings) &&
    ratings.every((pair) => areIds(pair) && pair.length === 2) &&
    typeof regroup === "boolean"
  )
    return { users, ratings, regroup };
  throw new DamagedError(`${path}: its bytes have changed; take the request back and ask again`);
}

/** Whether an error says that a request cannot be met, and not that something failed on the way. */
const isRefusal = (error: unknown): boolean =>
  error instanceof InputError && ![DamagedError, DiskError, InUseError].some((kind) => error instanceof kind);

export class SystemFolder {
  readonly store: OwnStore;
  /** What system.json said when this process opened or wrote it: nothing is written over what was not read. */
  private seen: string | undefined;
  /** the same of request.json */
  private asked: string | undefined;

  constructor(
    readonly path: string,
    private readonly files: Files = nodeFiles,
  ) {
    this.store = new OwnStore(path, files);
  }

  /** Makes its folder, which is to be locked before anything is written into it. */
  make(): void {
    this.files.makeFolder(join(this.path, CERTIFICATES));
  }

  /** Whether a system is in force here. */
  holdsSystem(): boolean {
    return holdsSystem(this.path, this.files);
  }

  /** Puts a system that was learned in this folder's store in force, and deletes whatever else the store holds. */
  put(system: System): void {
    const { root, entries } = system.save();
    const needed = new Set(entries);
    const others = [...this.store.list().keys()].filter((name) => !needed.has(name));
    this.change(system, { root, obsolete: others, certificates: [] });
    this.finish();
  }

  /** The system in force. Deletions that a crash cut short are done first. @throws InputError, DamagedError. */
  async open(context: Omit<MethodContext, "store">): Promise<System> {
    this.finish();
    this.seen = this.text(IN_FORCE);
    this.asked = this.text(REQUEST);
    const { method, settings, root } = this.inForce();
    return methodOf(method, settings).restore(root, { ...context, store: this.store });
  }

  /**
   * The system in force, in a folder that is not this process's to write: nothing is deleted or finished, and where another
   * process changes systems meanwhile, the new one is read. @throws InputError, DamagedError.
   */
  async openReadOnly(context: Omit<MethodContext, "store">): Promise<System> {
    for (;;) {
      const { method, settings, root } = this.inForce();
      const same = () => canonicalJson(this.inForce().root) === canonicalJson(root);
      try {
        const system = await methodOf(method, settings).restore(root, { ...context, store: this.store });
        if (same()) return system;
        system.dispose();
      } catch (error) {
        if (!(error instanceof DamagedError) || same()) throw error;
      }
    }
  }

  /**
   * The request that was under way when the process ended, if any: the system in force has not forgotten it yet.
   * @throws DamagedError when its file was changed; `withdrawRequest` removes it all the same.
   */
  unfinishedRequest(): NamedErasure | undefined {
    this.finish();
    this.asked = this.text(REQUEST);
    return this.asked === undefined ? undefined : parseNamedErasure(this.asked, join(this.path, REQUEST));
  }

  /**
   * Takes an unfinished request back. What was trained for it is deleted with the next erasure.
   * @throws InUseError when it is another process's, or the system is
   */
  withdrawRequest(): void {
    this.requireSeen();
    if (![undefined, this.asked].includes(this.text(REQUEST)))
      throw new InUseError(
        `${this.path}: another process has changed the request since this one opened it; open it again`,
      );
    this.removeRequest();
  }

  private removeRequest(): void {
    this.files.remove(join(this.path, REQUEST));
    this.files.syncFolder(this.path);
    this.asked = undefined;
  }

  /**
   * Forgets: when it returns, the new system is in force on the disk, and the old one is still there. To be followed by
   * `discard`. The system given must be the one in force. Before it is certified, every file that it keeps has been read.
   * @throws InputError (also when nobody would be left), StoppedError, DamagedError: the old system stays in force, and
   *   `unfinishedRequest` tells what was asked.
   */
  async unlearn(
    system: System,
    request: NamedErasure,
    key: OperatorKey,
    context: Omit<MethodContext, "store">,
  ): Promise<Unlearned> {
    tagger(key); // before the request is written, or an unfinished one taken for this one
    const erasure = namedErasure(request.users, request.ratings, system);
    requireSomebodyLeft(system, erasure);
    this.requireSeen();
    const earlier = this.unfinishedRequest();
    if (earlier && canonicalJson(earlier) !== canonicalJson(request))
      throw new InputError(
        `${this.path}: an earlier request is unfinished (users: ${earlier.users.length}, ratings: ` +
          `${earlier.ratings.length}); ${FINISH}`,
      );
    const text = canonicalJson(request);
    this.asked = text; // before it is written: a disk that fails may have it all the same
    try {
      writeAtomically(this.files, join(this.path, REQUEST), Buffer.from(text, "utf8"));
      const work = { ...context, store: this.store };
      const unlearned = await unlearn(system, erasure, work, { key, regroup: request.regroup, save: true });
      this.commit(unlearned, key);
      return unlearned;
    } catch (error) {
      if (error instanceof DamagedError) throw this.advised(error);
      if (error instanceof DiskError && this.text(REQUEST) === text)
        throw new DiskError(`${error.message}. ${KEPT}: ${FINISH}`, error.code, error);
      // A request that cannot be met is not left behind; one that was stopped, or failed on the way, is.
      if (isRefusal(error) && this.text(REQUEST) === text) this.removeRequest();
      throw error;
    }
  }

  /** Puts the new system in force. Its name is sure to stay on the disk once `discard` has synced the folder. */
  private commit({ next, root, entries, certificate, obsolete }: Unlearned, key: OperatorKey): void {
    try {
      this.store.requireSound(entries);
      const certificates = this.keepCertificates(key, certificate);
      this.change(next, { root, obsolete, certificates });
    } catch (error) {
      free(next);
      throw error;
    }
  }

  private advised({ message }: DamagedError): DamagedError {
    return new DamagedError(
      `${message}. ${KEPT}: put the file back from a copy and ${FINISH}; without a copy, learn the system anew from the ` +
        "ratings that are to stay",
    );
  }

  /**
   * Deletes what the system in force has made obsolete, and the request; frees the old system. What a crash or an error of
   * the disk leaves of it is deleted when the folder is opened.
   * @returns the cost of unlearning with the stage "delete"
   */
  discard(system: System, { cost }: Unlearned, { clock }: Pick<MethodContext, "clock">): Cost {
    const began = clock();
    free(system);
    try {
      this.finish();
    } catch (error) {
      this.finish(); // what failed once may go well now: nothing of the erased stays for a passing fault
      throw error;
    }
    return inSequence(cost, stageCost("delete", clock() - began));
  }

  /**
   * Certificates of the erasures so far, oldest first, but for those that are lost. Only the last is about the system in
   * force; the others are superseded.
   */
  certificates(): Certificate[] {
    const all = this.inForce().certificates.map((name) => this.certificate(name));
    return all.filter((one): one is Certificate => !(one instanceof DamagedError));
  }

  /** What is wrong with each certificate that is missing or was changed: an erasure is as good without its certificate. */
  lostCertificates(): DamagedError[] {
    const all = this.inForce().certificates.map((name) => this.certificate(name));
    return all.filter((one) => one instanceof DamagedError);
  }

  private certificate(name: string): Certificate | DamagedError {
    const path = join(this.path, CERTIFICATES, name);
    const bytes = this.files.read(path);
    if (bytes === undefined) return new DamagedError(`${path.replace(LOST, "")} is missing`);
    try {
      return parseCertificate(Buffer.from(bytes).toString("utf8"));
    } catch (error) {
      if (error instanceof InputError) return new DamagedError(`${path}: ${error.message}`);
      throw error;
    }
  }

  /**
   * Writes a new certificate, and the one before as superseded by it; those before that are so already, and stay unread,
   * so that an erasure costs the same after many as after few. One that is lost keeps its name in the list, and blocks
   * nothing: what is left of its file is deleted with what is obsolete, since it is not superseded.
   * @returns the names of all, oldest first
   */
  private keepCertificates(key: OperatorKey, newest: Certificate | null): string[] {
    const names = this.inForce().certificates;
    const last = names.slice(-1).map((name) => {
      const certificate = this.certificate(name);
      if (!(certificate instanceof DamagedError)) return this.keepCertificate(superseded(certificate, key));
      return name.startsWith(LOST) ? name : LOST + name;
    });
    const kept = [...last, ...(newest ? [this.keepCertificate(newest)] : [])];
    this.files.syncFolder(join(this.path, CERTIFICATES));
    return [...names.slice(0, -1), ...kept];
  }

  /** Writes a certificate unless it is there, and returns the name of its file, which is not synced. */
  private keepCertificate(certificate: Certificate): string {
    this.files.makeFolder(join(this.path, CERTIFICATES)); // a copy may have lost it while it was empty
    const name = `${certificate.digest.slice(0, 16)}.json`;
    const path = join(this.path, CERTIFICATES, name);
    if (this.files.read(path) === undefined)
      putWhole(this.files, path, Buffer.from(`${JSON.stringify(certificate, null, 2)}\n`, "utf8"));
    return name;
  }

  private inForce(): InForce {
    const path = join(this.path, IN_FORCE);
    const text = this.text(IN_FORCE);
    if (text === undefined) throw new InputError(`${this.path} holds no system: ${IN_FORCE} is missing`);
    const [digest, body] = text.split("\n");
    if (body === undefined || sha256(body) !== digest)
      throw new DamagedError(`${path}: its bytes have changed`);
    const value = JSON.parse(body) as InForce;
    if (value.format !== FORMAT) throw new InputError(`${path}: ${otherFormat(value, FORMAT)}`);
    return value;
  }

  /** The one moment at which another system comes into force. */
  private change(system: System, what: Pick<InForce, "root" | "obsolete" | "certificates">): void {
    const { name, settings } = system.method;
    this.store.sync();
    this.requireSeen();
    this.write({ format: FORMAT, method: name, settings, ...what });
  }

  /** Deletes what a change of systems has made obsolete, and the request with the erased ids in it. */
  private finish(): void {
    if (!this.holdsSystem()) return;
    const inForce = this.inForce();
    if (inForce.obsolete === null) return;
    this.files.syncFolder(this.path); // what only the old system needs goes when the new one is sure to stay
    this.store.delete(inForce.obsolete);
    this.sweepCertificates(inForce.certificates);
    this.files.remove(join(this.path, REQUEST + UNFINISHED));
    this.removeRequest();
    this.write({ ...inForce, obsolete: null });
    this.files.syncFolder(this.path);
  }

  /** Deletes certificates that were superseded, or belong to an erasure that a crash cut short. */
  private sweepCertificates(kept: readonly string[]): void {
    const folder = join(this.path, CERTIFICATES);
    const gone = this.files.names(folder).filter((name) => isCertificateFile(name) && !kept.includes(name));
    for (const name of gone) this.files.remove(join(folder, name));
    if (gone.length > 0) this.files.syncFolder(folder);
  }

  private text(name: string): string | undefined {
    const bytes = this.files.read(join(this.path, name));
    return bytes && Buffer.from(bytes).toString("utf8");
  }

  /** Compare and swap: the lock may have been broken. @throws InUseError when another process has changed the system */
  private requireSeen(): void {
    if (this.text(IN_FORCE) !== this.seen)
      throw new InUseError(
        `${this.path}: another process has changed the system since this one opened it; open it again`,
      );
  }

  /** Its folder is not synced: once this has returned, the file is what every reader finds. */
  private write(inForce: InForce): void {
    const body = canonicalJson(inForce);
    const text = `${sha256(body)}\n${body}\n`;
    const isOurs = this.text(IN_FORCE) === this.seen;
    putWhole(this.files, join(this.path, IN_FORCE), Buffer.from(text, "utf8"));
    if (isOurs) this.seen = text;
  }
}
