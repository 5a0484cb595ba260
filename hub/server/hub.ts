import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock, Secret, SessionId, SiteId } from "@caretaker/protocol";
import { createAnnouncements } from "./announcements.ts";
import { explainListenError } from "./boot/port.ts";
import type { Config } from "./config/load-config.ts";
import { consentHandlers, createConsent } from "./consent/consent.ts";
import { type Database, now, transaction } from "./db/database.ts";
import { type Demo, startDemo } from "./demo/demo.ts";
import { connectors } from "./gateways/connectors.ts";
import { createGateways } from "./gateways/gateways.ts";
import { gatewayHandlers } from "./gateways/handlers.ts";
import type { Handlers } from "./http/handler.ts";
import { createHttp, type Http } from "./http/http.ts";
import { ledgerHandlers } from "./ledger/handlers.ts";
import { createLive, type Live } from "./live/live.ts";
import type { Log } from "./log.ts";
import { createMail } from "./mail/mail.ts";
import { createSmtpTransport } from "./mail/transport.ts";
import { createAuth } from "./people/auth.ts";
import type { PeopleDeps } from "./people/deps.ts";
import { peopleHandlers } from "./people/handlers.ts";
import { knownBy } from "./people/people.ts";
import { createSignInLink, demoPerson } from "./people/setup.ts";
import { stillAllowed } from "./people/still-allowed.ts";
import { runbooksHandlers } from "./runbooks/handlers.ts";
import { loadLibrary } from "./runbooks/library.ts";
import { createRunsReader } from "./runs/reader.ts";
import { createRuns, runsDoor, runsHandlers } from "./runs/runs.ts";
import { openKeyRing } from "./secrets/key-ring.ts";
import { createVault, createWordSealer, type Vault } from "./secrets/vault.ts";
import { sitesHandlers } from "./sites/handlers.ts";
import { createState } from "./state/state.ts";

export interface HubOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly db: Database;
  /** For rooms that need a connection of another kind: wake-ups. */
  readonly databaseUrl: string;
  readonly setupToken: Secret;
  /** The folder of the built dashboard. */
  readonly dashboard: string;
  /** The project's own folder: where the runbooks of the stock lie. */
  readonly root: string;
  readonly version: string;
  /** The machine went down under the last hub: what ran is uncertain until a person says go. */
  readonly uncleanStop: boolean;
}

export interface Hub {
  /** Starts the rooms and opens the door. */
  listen(): Promise<{ port: number; url: string }>;
  /** A link that signs in once, where this hub is a demo; with `become` an empty hub becomes one. */
  signInLink(options: { become: boolean }): Promise<string | null>;
  /** Closes the door, then the rooms, the last started first. */
  close(): Promise<void>;
}

/** A part of the hub that has a life. */
interface Room {
  readonly name: string;
  start?(): Promise<void> | void;
  close?(): Promise<void> | void;
}

const SETUP_TOKEN_HOLDS_MILLISECONDS = 30 * 60_000;

/** Puts the rooms together. What each does is its own business; here stands only who is handed what. */
export function createHub(options: HubOptions): Hub {
  const { config, log } = options;
  const server = createServer((request, response) => answer(request, response));
  let answer: (request: IncomingMessage, response: ServerResponse) => void = notYet;
  let opened: Opened | null = null;

  return {
    async listen() {
      const port = await listen(server, config);
      const url = config.publicUrl ?? `http://localhost:${port}`;
      opened = await openRooms(options, server, port, url);
      answer = opened.http.app;
      return { port, url };
    },
    signInLink: async ({ become }) => opened?.signInLink(become) ?? null,
    async close() {
      opened?.http.drain();
      await opened?.live.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      for (const room of opened?.rooms.toReversed() ?? []) {
        await Promise.resolve(room.close?.()).catch((error: unknown) =>
          log.error({ error, room: room.name }, "A room could not be closed."),
        );
      }
    },
  };
}

interface Opened {
  readonly http: Http;
  readonly live: Live;
  readonly rooms: readonly Room[];
  signInLink(become: boolean): Promise<string | null>;
}

async function openRooms(
  options: HubOptions,
  server: ReturnType<typeof createServer>,
  port: number,
  url: string,
): Promise<Opened> {
  const { config, clock, log, db, version, setupToken } = options;
  const announcements = createAnnouncements((error, { type }) =>
    log.error({ error, type }, "Someone who was told failed."),
  );
  const ring = await openKeyRing(config.keyFile);
  const vault = createVault({ db, ring });
  const firm = await db.selectFrom("firm").selectAll().executeTakeFirst();
  let isDemo = firm?.isDemo ?? false;
  let demo: Demo | null = null;

  const connectorName = (id: string): string =>
    connectors.find(({ manifest }) => manifest.id === id)?.manifest.name ?? id;
  const state = createState({ db, clock, announcements, log, connectorName });
  const gateways = createGateways({ db, state, vault, connectors, clock, log, announcements, ownPorts: [port] });
  const mail = createMail({
    db,
    now,
    clock,
    announcements,
    log,
    sealer: createWordSealer(ring),
    from: config.mailFrom ?? "caretaker@localhost",
    transport: config.smtpUrl === null ? null : createSmtpTransport(config.smtpUrl),
  });
  const library = await loadLibrary(
    options.root,
    connectors.map(({ manifest }) => manifest),
  );
  const consent = createConsent({
    db,
    now,
    publicUrl: url,
    announcements,
    queueMessage: mail.queue,
    emailOfPerson: async (at, id) =>
      (await at.selectFrom("person").select("email").where("id", "=", id).executeTakeFirst())?.email ?? null,
    runs: runsDoor,
  });
  const runsDeps = { db, library, gateways, consent, clock, now, announcements, log, hubId: randomUUID() };
  const runs = createRuns(runsDeps);
  const startHomes = async (): Promise<void> => {
    const person = await demoPerson(db);
    if (person === null) return;
    const actor = {
      kind: "person",
      ...person,
      role: "principal",
      sessionId: "demo" as SessionId,
      factorAt: null,
    } as const;
    demo = await startDemo({ db, announcements, handlers }, actor);
  };
  const peopleDeps: PeopleDeps = {
    db,
    log,
    announcements,
    publicUrl: url,
    version,
    mail: mail.mode,
    isDemo: () => isDemo,
    setup: { token: setupToken, expiresAt: new Date((await now(db)).getTime() + SETUP_TOKEN_HOLDS_MILLISECONDS) },
    queueMail: mail.queue,
    afterSetup: async (made: { isDemo: boolean }) => {
      isDemo = made.isDemo;
      if (isDemo) await startHomes();
    },
  };
  const handlers: Handlers = {
    ...peopleHandlers(peopleDeps),
    ...sitesHandlers({ db, announcements, live: state, destroySecrets: vault.destroy }),
    ...gatewayHandlers({ db, state, vault, connectors, announcements, gateways, clock, log }),
    ...runbooksHandlers({ db, library }),
    ...runsHandlers(runsDeps, runs),
    ...consentHandlers(consent),
    ...ledgerHandlers({ db }),
    ...mail.handlers,
  };
  const auth = createAuth({
    db,
    log,
    secret: await authSecret(db, vault),
    publicUrl: url,
    firmName: firm?.name ?? "Caretaker",
  });
  const whoIs = (headers: Headers) => knownBy({ db, auth, isDemo: () => isDemo }, headers);
  const http = createHttp({
    db,
    log,
    handlers,
    auth,
    knownBy: whoIs,
    publicUrl: url,
    version,
    dashboard: options.dashboard,
    checks: {},
    gauges: {},
  });
  const liveRooms = createLive({
    server,
    origins: [new URL(url).origin],
    actorOf: async (headers) => {
      const known = await whoIs(toHeaders(headers));
      return known.owesFactor ? { kind: "stranger" } : known.actor;
    },
    stillAllowed: (actor) => stillAllowed({ db, isDemo: () => isDemo }, actor),
    mayView: (siteId) => mayView(db, siteId),
    state,
    runs: createRunsReader(runsDeps),
    announcements,
    clock,
    log,
    epoch: randomUUID(),
  });

  const rooms: Room[] = [
    { name: "state", start: () => state.start(), close: () => state.close() },
    { name: "demo", start: () => (isDemo ? startHomes() : undefined), close: () => demo?.close() },
    { name: "gateways", start: () => gateways.start(), close: () => gateways.close() },
    { name: "mail", start: () => mail.start(), close: () => mail.close() },
    { name: "runs", start: () => runs.engine.start(), close: () => runs.close() },
  ];
  for (const room of rooms) await room.start?.();
  return {
    http,
    live: liveRooms,
    rooms,
    signInLink: async (become) => {
      const person = await demoPerson(db);
      if (person !== null) return createSignInLink(db, person.id, url);
      if (!become || (await db.selectFrom("firm").select("id").executeTakeFirst()) !== undefined) return null;
      const call = {
        actor: { kind: "stranger" },
        requestId: "start",
        now: await now(db),
        signal: new AbortController().signal,
      } as const;
      return (await handlers["setup.complete"]({ token: setupToken.reveal(), mode: "demo" }, call)).signInUrl;
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, { port, host }: Config): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  }).catch(async (error: NodeJS.ErrnoException) => {
    throw await explainListenError(error, port, host);
  });
  return (server.address() as AddressInfo).port;
}

/** While the rooms are being opened: alive, and asking for a moment. */
function notYet(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { "content-type": "text/plain; charset=utf-8", "retry-after": "1" });
  response.end("Caretaker is starting. Try again in a moment.\n");
}

/** What signs cookies and seals second factors: made once, kept sealed. */
async function authSecret(db: Database, vault: Vault): Promise<string> {
  const kept = await vault.open("hub").catch(() => null);
  const secret = kept?.authSecret;
  if (secret !== undefined) return secret.reveal();
  const made = randomBytes(32).toString("base64url");
  await transaction(db, (trx) => vault.seal(trx, "hub", { authSecret: made }));
  return made;
}

async function mayView(db: Database, siteId: SiteId): Promise<boolean> {
  const row = await db
    .selectFrom("standingConsent")
    .select("scope")
    .where("siteId", "=", siteId)
    .where("scope", "=", "view")
    .executeTakeFirst();
  return row !== undefined;
}

function toHeaders(headers: IncomingMessage["headers"]): Headers {
  return new Headers(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value] as [string, string]] : [],
    ),
  );
}
