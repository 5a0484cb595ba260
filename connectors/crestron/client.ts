import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { CaretakerError, type Clock, type Dialer, isCaretakerError, type Secret } from "@caretaker/protocol";
import type { NodeSSH } from "node-ssh";
import type { Algorithms } from "ssh2";
import type { Address } from "./address.ts";
import { type Command, lineOf } from "./console/commands.ts";
import { words } from "./words.ts";

const HANDSHAKE_MILLISECONDS = 20_000;
/** Asked twice without an answer it is given up at the third time: a line that was cut without a word is known in 27 s. */
const ALIVE_EVERY_MILLISECONDS = 9000;
const ALIVE_TIMES = 2;
const ANSWER_SECONDS = 20;
const MOST_CHARACTERS = 4_000_000;

/** Only by somebody's choice for one processor: none of these is safe any more. */
const OLD: Algorithms = {
  kex: { append: ["diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"], prepend: [], remove: [] },
  serverHostKey: { append: ["ssh-rsa", "ssh-dss"], prepend: [], remove: [] },
  cipher: { append: ["aes128-cbc", "aes256-cbc", "3des-cbc"], prepend: [], remove: [] },
  hmac: { append: ["hmac-sha1"], prepend: [], remove: [] },
};

export interface Login {
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly address: Address;
  readonly username: string;
  readonly password: Secret;
  readonly pinnedHostKey: string | undefined;
  readonly allowsOld: boolean;
}

/**
 * One login to the console of one processor, over SSH. It types commands one after the other, each in a channel of its
 * own: what is printed cannot be told apart otherwise.
 */
export class ConsoleClient {
  readonly #ssh: NodeSSH;
  readonly #clock: Clock;
  readonly #where: string;
  readonly #rejectOpen = new Set<(error: Error) => void>();
  #queue: Promise<unknown> = Promise.resolve();
  #isOpen = true;
  #lost: (detail: string) => void = () => {};

  private constructor(ssh: NodeSSH, { clock, address }: Login) {
    this.#ssh = ssh;
    this.#clock = clock;
    this.#where = address.where;
    let detail = "closed";
    ssh.connection?.on("error", (error: Error) => {
      detail = error.message.slice(0, 200);
    });
    ssh.connection?.on("close", () => this.#end(detail));
  }

  /** Rejects with `gateway_auth_failed` when the processor said no: it is asked once, since it locks out who guesses. */
  static async logIn(login: Login): Promise<ConsoleClient> {
    const { address, username, password, allowsOld } = login;
    const proof = new HostProof(login.pinnedHostKey);
    // Read with the first login: what speaks SSH is as much as the hub's own rooms, and most hubs have no such processor.
    const { NodeSSH } = await import("node-ssh");
    const ssh = new NodeSSH();
    const sock = await login.dialer.stream({ host: address.host, port: address.port, timeoutSeconds: 10 });
    let isLate = false;
    const cancel = login.clock.after(HANDSHAKE_MILLISECONDS, () => {
      isLate = true;
      sock.destroy();
    });
    try {
      await ssh.connect({
        sock: sock as unknown as Readable,
        username,
        password: password.reveal(),
        // Nothing but the password, once, and only after the host key was judged.
        authHandler: ["password"],
        tryKeyboard: false,
        hostVerifier: (key: Buffer) => proof.judge(key),
        // By our clock, as every other time of the hub.
        readyTimeout: 0,
        keepaliveInterval: ALIVE_EVERY_MILLISECONDS,
        keepaliveCountMax: ALIVE_TIMES,
        ...(allowsOld ? { algorithms: OLD } : {}),
      });
      return new ConsoleClient(ssh, login);
    } catch (error) {
      ssh.dispose();
      sock.destroy();
      throw isLate
        ? new CaretakerError("gateway_timeout", words.silent(address.where), { cause: error })
        : explain(login, proof, error);
    } finally {
      cancel();
    }
  }

  /** The host key that is shown there, whether or not it is trusted: nothing is sent to it. */
  static async meet(login: Pick<Login, "dialer" | "clock" | "address" | "allowsOld">): Promise<HostKey> {
    const nobody: Login = { ...login, username: "", password: NO_SECRET, pinnedHostKey: undefined };
    try {
      const client = await ConsoleClient.logIn(nobody);
      client.close();
    } catch (error) {
      const seen = isCaretakerError(error, "gateway_certificate_unknown") ? error.meta.hostKey : undefined;
      if (seen === undefined) throw error;
      return seen as HostKey;
    }
    throw new CaretakerError("gateway_misbehaving", words.notSsh(login.address.where));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  onLost(lost: (detail: string) => void): void {
    this.#lost = lost;
  }

  /** What the console prints. Rejects with `gateway_timeout` or `gateway_lost`; `meta.isSent` is false where it was not typed. */
  async type(command: Command, seconds = ANSWER_SECONDS): Promise<string> {
    // Made before it waits for its turn, so that what is no command is refused at once.
    const line = lineOf(command);
    const typed = this.#queue.then(() => this.#type(line, seconds));
    this.#queue = typed.catch(() => {});
    return typed;
  }

  close(): void {
    this.#lost = () => {};
    this.#end("closed by us");
    this.#ssh.dispose();
  }

  #type(line: string, seconds: number): Promise<string> {
    if (!this.#isOpen) return Promise.reject(this.#lostError({ isSent: false }));
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        cancel();
        this.#rejectOpen.delete(fail);
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      const cancel = this.#clock.after(seconds * 1000, () =>
        fail(new CaretakerError("gateway_timeout", words.noAnswer(this.#where, line, seconds), { meta: { line } })),
      );
      this.#rejectOpen.add(fail);
      this.#ssh.execCommand(line).then(
        // Its end and its errors come on either stream, and most of the time without a status.
        ({ stdout, stderr }) => {
          settle();
          resolve(`${stdout}\n${stderr}`.slice(0, MOST_CHARACTERS));
        },
        () => fail(this.#lostError()),
      );
    });
  }

  #end(detail: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const reject of this.#rejectOpen) reject(this.#lostError());
    this.#rejectOpen.clear();
    this.#lost(detail);
  }

  #lostError(meta: Record<string, unknown> = {}): CaretakerError {
    return new CaretakerError("gateway_lost", words.lost(this.#where), { meta });
  }
}

export interface HostKey {
  /** As OpenSSH prints it. */
  readonly fingerprint: string;
  /** Such as `ssh-ed25519`. */
  readonly kind: string;
}

/** Judges the key of whoever answers, before anything is sent to them. Without a pin nobody is trusted. */
class HostProof {
  seen: HostKey | undefined;
  isRefused = false;
  readonly #pinned: string | undefined;

  constructor(pinned: string | undefined) {
    this.#pinned = pinned;
  }

  judge(key: Buffer): boolean {
    const digest = createHash("sha256").update(key).digest("base64").replace(/=+$/, "");
    const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
    this.seen = { fingerprint: `SHA256:${digest}`, kind: key.toString("latin1", 4, 4 + Math.min(length, 40)) };
    this.isRefused = this.seen.fingerprint !== this.#pinned;
    return !this.isRefused;
  }
}

const NO_SECRET = { reveal: () => "" } as Secret;

function explain({ address, pinnedHostKey, allowsOld }: Login, proof: HostProof, error: unknown): CaretakerError {
  const { where } = address;
  const { level, message = "", code } = error as { level?: string; message?: string; code?: string };
  if (error instanceof CaretakerError) return error;
  if (proof.isRefused)
    return new CaretakerError(
      "gateway_certificate_unknown",
      pinnedHostKey === undefined ? words.unknownHostKey(where) : words.otherHostKey(where),
      { meta: { where, changed: pinnedHostKey !== undefined, hostKey: proof.seen } },
    );
  if (level === "client-authentication")
    return new CaretakerError("gateway_auth_failed", words.refused(where), { cause: error });
  if (/no matching/i.test(message))
    return new CaretakerError("gateway_unsupported", allowsOld ? words.nothingInCommon(where) : words.oldOnly(where), {
      cause: error,
      meta: { cause: "old_algorithms" },
    });
  // A line that ended early has said nothing about who is there: "Connection lost before handshake".
  if (level === "protocol" && !/connection lost/i.test(message))
    return new CaretakerError("gateway_unsupported", words.notSsh(where), { cause: error });
  return new CaretakerError("gateway_unreachable", words.dropped(where), {
    cause: error,
    meta: { cause: code === "ECONNRESET" ? "reset" : "dropped" },
  });
}
