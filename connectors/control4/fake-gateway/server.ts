import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { type AccountDeps, answerAccount } from "./account.ts";
import { answerDirector } from "./director.ts";
import { testHome } from "./homes.ts";
import { type ActSeen, House } from "./house.ts";
import type { HomePlan } from "./items.ts";
import { defaultKnobs, type Knobs } from "./knobs.ts";
import { PushServer } from "./push.ts";
import { ofAccountService, ofController } from "./self-signed.ts";
import { Tokens } from "./tokens.ts";

export interface StartFakeControl4 {
  /** Default: as `testHome()` makes it. */
  readonly home?: HomePlan;
  /** Of the controller and of the account service. Default: free ones of this machine's loopback. */
  readonly ports?: { readonly controller: number; readonly account: number };
  readonly knobs?: Partial<Knobs>;
}

/** Forty characters, as the real one has. It opens nothing but a simulation. */
export const FAKE_APPLICATION_KEY = "0123456789abcdef0123456789abcdef01234567";

/** A Control4 home that is not one: an account service and a controller, each on a port of its own. */
export class FakeControl4 {
  readonly knobs: Knobs;
  readonly house: House;
  readonly push: PushServer;
  readonly userName = "owner@example.com";
  readonly password = "password-of-a-simulation";
  /** What the account service holds: a homeowner may change it. */
  readonly account: { userName: string; password: string };
  readonly certificate = ofController.fingerprint256;
  readonly accountCertificate = ofAccountService.fingerprint256;
  readonly counters = {
    logins: 0,
    loginsRefused: 0,
    tokens: 0,
    tokensRefused: 0,
    requests: 0,
    paths: [] as string[],
  };
  readonly #accountTokens = new Tokens();
  readonly #directorTokens = new Tokens();
  readonly #controller: Server;
  readonly #service: Server;
  readonly #sockets = new Set<Socket>();

  constructor({ home = testHome(), knobs = {} }: StartFakeControl4) {
    this.knobs = { ...defaultKnobs(), ...knobs };
    this.house = new House(home, this.knobs, (event) => this.push.send(event));
    this.account = { userName: this.userName, password: this.password };
    const deps: AccountDeps = {
      plan: home,
      knobs: this.knobs,
      accountTokens: this.#accountTokens,
      directorTokens: this.#directorTokens,
      account: this.account,
      counters: this.counters,
      base: () => this.accountUrl,
    };
    this.#service = createServer(
      { cert: ofAccountService.cert, key: ofAccountService.key },
      (request, response) => void answerAccount(deps, request, response).catch(() => {}),
    );
    this.#controller = createServer({ cert: ofController.cert, key: ofController.key });
    this.push = new PushServer(this.#controller, this.knobs, this.#directorTokens);
    const { house, push, counters } = this;
    const director = { house, knobs: this.knobs, tokens: this.#directorTokens, push, counters };
    this.#controller.on("request", (request, response) => {
      // Socket.IO answers its own path.
      if (request.url?.startsWith("/socket.io/")) return;
      answerDirector(director, request, response).catch(() => {});
    });
    for (const server of [this.#service, this.#controller]) {
      server.keepAliveTimeout = 1000;
      // Over TLS the socket that speaks is another than the one that came.
      server.on("secureConnection", (socket: Socket) => {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.once("close", () => this.#sockets.delete(socket));
      });
    }
  }

  get acts(): readonly ActSeen[] {
    return this.house.acts;
  }

  /** `127.0.0.1:8443`, as a technician would type it. */
  get address(): string {
    return `127.0.0.1:${portOf(this.#controller)}`;
  }

  get accountUrl(): string {
    return `https://127.0.0.1:${portOf(this.#service)}`;
  }

  get ports(): { controller: number; account: number } {
    return { controller: portOf(this.#controller), account: portOf(this.#service) };
  }

  /** What a technician would type to add it. */
  get config(): Record<string, string> {
    return {
      address: this.address,
      userName: this.userName,
      password: this.password,
      applicationKey: FAKE_APPLICATION_KEY,
      accountService: this.accountUrl,
      pinnedCertificate: this.certificate,
      pinnedAccountCertificate: this.accountCertificate,
    };
  }

  async listen(ports: { controller: number; account: number }): Promise<this> {
    await listenOn(this.#service, ports.account);
    await listenOn(this.#controller, ports.controller);
    return this;
  }

  /** No token that was given out is good any more. */
  revokeTokens(): void {
    this.#directorTokens.revokeAll();
  }

  /** The line stays and nothing comes over it any more, not even an answer to a ping. */
  goSilent(): void {
    for (const socket of this.#sockets) {
      socket.pause();
      socket.write = (() => true) as typeof socket.write;
    }
  }

  /** The controller is gone: lines break and nothing listens. */
  async goAway(): Promise<void> {
    this.push.dropAll();
    const closed = new Promise<void>((resolve) => this.#controller.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async close(): Promise<void> {
    this.house.close();
    for (const socket of this.#sockets) socket.destroy();
    await this.push.close().catch(() => {});
    await Promise.all(
      [this.#service, this.#controller].map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    );
  }
}

export async function startFakeControl4(options: StartFakeControl4 = {}): Promise<FakeControl4> {
  return new FakeControl4(options).listen(options.ports ?? { controller: 0, account: 0 });
}

async function listenOn(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

const ports = new WeakMap<object, number>();

/** Remembered, since a server that is gone has no address and its home is still called the same. */
function portOf(server: Server): number {
  const address = server.address() as AddressInfo | null;
  if (address !== null) ports.set(server, address.port);
  return ports.get(server) ?? 0;
}
