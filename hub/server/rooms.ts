import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, Server } from "node:http";
import { connectors } from "@caretaker/reach/makes.ts";
import { createAgents } from "./agents/agents.ts";
import { takeWhatAgentsSay } from "./agents/answers.ts";
import { agentHandlers } from "./agents/handlers.ts";
import { passkeyHandlers, takesPasskeys } from "./agents/passkeys.ts";
import { createQuestions } from "./agents/questions.ts";
import { createAnnouncements } from "./announcements.ts";
import { approvalHandlers } from "./approvals/handlers.ts";
import type { CarriesOut } from "./approvals/types.ts";
import { createBackups } from "./backup/backups.ts";
import { backupHandlers } from "./backup/handlers.ts";
import { createBetweenHubs } from "./between-hubs.ts";
import { signInLink } from "./boot/sign-in-link.ts";
import { dealWithUncleanStop } from "./boot/unclean-stop.ts";
import { createCourier } from "./consent/at-home/courier.ts";
import { phoneHandlers } from "./consent/at-home/phones.ts";
import { takeTaps } from "./consent/at-home/tapped.ts";
import { consentHandlers, createConsent } from "./consent/consent.ts";
import { allowEmergency } from "./consent/emergency.ts";
import { mayView } from "./consent/standing.ts";
import { StandingEnds } from "./consent/standing-ends.ts";
import { planHandlers } from "./contracts/plans.ts";
import { type Database, now } from "./db/database.ts";
import { pendingMigrations } from "./db/migrate.ts";
import { DemoHomes, openDemo } from "./demo/demo-homes.ts";
import { createGateways } from "./gateways/gateways.ts";
import { gatewayHandlers } from "./gateways/handlers.ts";
import type { Handlers } from "./http/handler.ts";
import { createHttp, type Http } from "./http/http.ts";
import type { HubOptions } from "./hub.ts";
import { ledgerHandlers } from "./ledger/handlers.ts";
import { createLive, type Live } from "./live/live.ts";
import { createMail } from "./mail/mail.ts";
import { createSmtpTransport } from "./mail/transport.ts";
import { createAuth } from "./people/auth.ts";
import { peopleHandlers } from "./people/handlers.ts";
import { knownBy } from "./people/people.ts";
import { stillAllowed } from "./people/still-allowed.ts";
import { createErasures } from "./privacy/erasures.ts";
import { privacyHandlers } from "./privacy/handlers.ts";
import { createRetention } from "./privacy/retention.ts";
import { runbooksHandlers } from "./runbooks/handlers.ts";
import { type Library, loadLibrary } from "./runbooks/library.ts";
import { runbookVersionHandlers } from "./runbooks/versions/handlers.ts";
import { createLivingLibrary } from "./runbooks/versions/living-library.ts";
import { publishApproved } from "./runbooks/versions/publish.ts";
import { liftFreeze } from "./runs/freezes/freezes.ts";
import { freezeHandlers } from "./runs/freezes/handlers.ts";
import { allowMoreHomes, homesAtOnceHandlers } from "./runs/homes-at-once.ts";
import { createRunsReader } from "./runs/reader.ts";
import { rolloutHandlers } from "./runs/rollouts/handlers.ts";
import { beginApprovedWave } from "./runs/rollouts/next.ts";
import { RolloutPump } from "./runs/rollouts/pump.ts";
import { createRuns, runsDoor, runsHandlers } from "./runs/runs.ts";
import { endWorkOf } from "./runs/shut-out.ts";
import { createWakeUps } from "./runs/wake-ups.ts";
import { authSecret } from "./secrets/auth-secret.ts";
import { hubKey } from "./secrets/hub-key.ts";
import { openKeyRing } from "./secrets/key-ring.ts";
import { createVault, createWordSealer } from "./secrets/vault.ts";
import { sitesHandlers } from "./sites/handlers.ts";
import { raiseHandlers } from "./sites/raises.ts";
import { standstillHandlers } from "./standstill/handlers.ts";
import { dealWithRestore } from "./standstill/restored.ts";
import { createState } from "./state/state.ts";
import { createViewNews } from "./state/view-news.ts";
import { createUpkeep, upkeepHandlers } from "./upkeep/upkeep.ts";

/** A part of the hub that has a life. */
export interface Room {
  readonly name: string;
  start?(): Promise<void> | void;
  close?(): Promise<void> | void;
}

export interface Rooms {
  readonly http: Http;
  readonly live: Live;
  /** In the order in which they are started. */
  readonly rooms: readonly Room[];
  signInLink(become: boolean): Promise<string | null>;
}

/** Where the hub listens, and how people call it. */
interface Place {
  readonly server: Server;
  readonly port: number;
  readonly url: string;
}

const SETUP_TOKEN_HOLDS_MILLISECONDS = 30 * 60_000;

/** Puts the rooms together. What each does is its own business; here stands only who is handed what. */
export async function makeRooms(options: HubOptions, place: Place): Promise<Rooms> {
  const inner = await makeInnerRooms(options, place);
  const {
    state,
    viewNews,
    betweenHubs,
    gateways,
    mail,
    courier,
    consent,
    runs,
    wakeUps,
    backups,
    retention,
    rollouts,
    upkeep,
    standingEnds,
    agents,
    agentQuestions,
  } = inner;
  const doors = await makeDoors(options, place, inner);
  return {
    ...doors,
    rooms: [
      { name: "state", start: () => state.start(), close: () => state.close() },
      { name: "view news", start: () => viewNews.start(), close: () => viewNews.close() },
      { name: "between hubs", start: () => betweenHubs.start(), close: () => betweenHubs.close() },
      { name: "demo", start: () => doors.demo.start(), close: () => doors.demo.close() },
      { name: "gateways", start: () => gateways.start(), close: () => gateways.close() },
      { name: "agents", start: () => agents.start(), close: () => agents.close() },
      { name: "agents' pages", start: () => agentQuestions.start(), close: () => agentQuestions.close() },
      { name: "mail", start: () => mail.start(), close: () => mail.close() },
      // Before any run goes on, and it cannot be closed: what is void stays void.
      {
        name: "recovery",
        start: async () => {
          if (options.uncleanStop) await dealWithUncleanStop({ ...options, consent });
          await dealWithRestore({ ...options, consent });
          await createErasures(options.config.data, options.log).applyAgain(options.db);
        },
      },
      { name: "wake-ups", start: () => wakeUps.start(), close: () => wakeUps.close() },
      { name: "standing-ends", start: () => standingEnds.start(), close: () => standingEnds.close() },
      { name: "courier", start: () => courier.start(), close: () => courier.close() },
      { name: "runs", start: () => runs.engine.start(), close: () => runs.close() },
      { name: "rollouts", start: () => rollouts.start(), close: () => rollouts.close() },
      { name: "upkeep", start: () => upkeep.start(), close: () => upkeep.close() },
      { name: "retention", start: () => retention.start(), close: () => retention.close() },
      { name: "backups", start: () => backups.start(), close: () => backups.close() },
    ],
  };
}

type InnerRooms = Awaited<ReturnType<typeof makeInnerRooms>>;

/** What the hub does, whoever asks for it. */
async function makeInnerRooms(options: HubOptions, { server, port, url }: Place) {
  const { config, clock, log, db, databaseUrl, root, version } = options;
  const announcements = createAnnouncements((error, { type }) =>
    log.error({ error, type }, "Someone who was told failed."),
  );
  const ring = await openKeyRing(config.keyFile);
  const vault = createVault({ db, ring });
  const connectorName = (id: string): string =>
    connectors.find(({ manifest }) => manifest.id === id)?.manifest.name ?? id;
  const state = createState({ db, clock, announcements, log, connectorName });
  const viewNews = createViewNews({ databaseUrl, clock, log, announcements });
  const betweenHubs = createBetweenHubs({ db, databaseUrl, clock, log, announcements });
  const sealer = createWordSealer(ring);
  const hubId = randomUUID();
  const agents = createAgents({
    db,
    hubId,
    server,
    clock,
    log,
    announcements,
    key: await hubKey(db, vault),
    sealer,
  });
  const gateways = createGateways({
    db,
    state,
    vault,
    connectors,
    clock,
    log,
    announcements,
    ownPorts: [port],
    linkOf: agents.linkOf,
    policyOf: agents.policyOf,
  });
  const mail = createMail({
    db,
    now,
    clock,
    announcements,
    log,
    sealer,
    from: addressIn(config.mailFrom ?? "caretaker@localhost"),
    transport: config.smtpUrl === null ? null : createSmtpTransport(config.smtpUrl),
  });
  const manifests = connectors.map(({ manifest }) => manifest);
  const library = createLivingLibrary(db, await loadLibrary(root, manifests));
  const consent = createConsent({
    db,
    now,
    publicUrl: url,
    announcements,
    queueMessage: mail.queue,
    emailOfPerson,
    runs: runsDoor,
    takesPasskeys: (siteId) => takesPasskeys(agents, siteId, url),
  });
  const runsDeps = { db, library, gateways, consent, clock, now, announcements, log, hubId };
  const runs = createRuns(runsDeps);
  const rolloutsDeps = { ...runsDeps, runs, queueMessage: mail.queue };
  const rollouts = new RolloutPump(rolloutsDeps);
  const upkeepDeps = { ...runsDeps, store: state.store };
  const upkeep = createUpkeep(upkeepDeps);
  const wakeUps = createWakeUps({ db, databaseUrl, announcements, clock, log, hubId, engine: runs.engine });
  const courier = createCourier({ db, now, clock, announcements, gateways, log });
  takeTaps({ announcements, consent, log });
  takeWhatAgentsSay(agents, { consent, help: { db, publicUrl: url, queueMessage: mail.queue }, log });
  const agentQuestions = createQuestions({ db, clock, announcements, log, agents: agents.connected });
  const standingEnds = new StandingEnds({ db, now, clock, announcements, log });
  const backups = createBackups({ db, databaseUrl, folder: config.backupFolder, version, now, clock, log });
  const keptFor = {
    runDays: config.keepRunDays,
    messageDays: config.keepMessageDays,
    historyDays: config.keepHistoryDays,
    removedSiteDays: config.keepRemovedSiteDays,
  };
  const retention = createRetention({ db, keptFor, now, clock, log });
  return {
    retention,
    announcements,
    vault,
    sealer,
    agents,
    agentQuestions,
    state,
    viewNews,
    betweenHubs,
    gateways,
    mail,
    courier,
    library,
    consent,
    runsDeps,
    runs,
    rolloutsDeps,
    rollouts,
    upkeepDeps,
    upkeep,
    wakeUps,
    standingEnds,
    backups,
  };
}

/** What people and programs come in by. */
async function makeDoors(options: HubOptions, { server, url }: Place, inner: InnerRooms) {
  const { clock, log, db, version, dashboard, setupToken } = options;
  const { announcements, vault, state, gateways, mail, library, consent, runsDeps, runs } = inner;
  const firm = await db.selectFrom("firm").selectAll().executeTakeFirst();
  const expiresAt = new Date((await now(db)).getTime() + SETUP_TOKEN_HOLDS_MILLISECONDS);
  // The simulated homes are added by the same operations that people use, and setting up is one of those.
  const demo = new DemoHomes(firm?.isDemo ?? false, async () => openDemo(db, { db, announcements, handlers }));
  const isDemo = (): boolean => demo.isDemo;
  const handlers: Handlers = {
    ...peopleHandlers({
      db,
      log,
      announcements,
      publicUrl: url,
      version,
      mail: mail.mode,
      isDemo,
      setup: { token: setupToken, expiresAt },
      queueMail: mail.queue,
      endWorkOf: (trx, person) => endWorkOf(consent, trx, person),
      afterSetup: (made) => demo.become(made.isDemo),
    }),
    ...sitesHandlers({
      db,
      announcements,
      live: state,
      destroySecrets: vault.destroy,
      cutAgent: (agentId) => inner.agents.end(agentId),
      keepRemovedSiteDays: options.config.keepRemovedSiteDays,
      queueMessage: mail.queue,
    }),
    ...gatewayHandlers({
      db,
      state,
      vault,
      connectors,
      announcements,
      gateways,
      clock,
      log,
      linkOf: inner.agents.linkOf,
    }),
    ...agentHandlers({ db, sealer: inner.sealer, publicUrl: url, announcements, agents: inner.agents }),
    ...runbooksHandlers({ db, library }),
    ...runbookVersionHandlers({ db, now, announcements, library, queueMessage: mail.queue }),
    ...runsHandlers(runsDeps, runs),
    ...rolloutHandlers(inner.rolloutsDeps),
    ...upkeepHandlers(inner.upkeepDeps),
    ...approvalHandlers(
      { db, now, announcements, queueMessage: mail.queue },
      carriesOut(library, { now, runs: runsDoor, queueMessage: mail.queue, publicUrl: url }),
    ),
    ...homesAtOnceHandlers({ db, now, announcements, queueMessage: mail.queue }),
    ...freezeHandlers({ db, now, announcements, queueMessage: mail.queue, library }),
    ...consentHandlers(consent),
    ...passkeyHandlers({ db, clock, agents: inner.agents, consent }),
    ...phoneHandlers({ db, announcements, gateways, queueMessage: mail.queue }),
    ...ledgerHandlers({ db }),
    ...raiseHandlers({ db, announcements }),
    ...planHandlers({ db }),
    ...privacyHandlers({ db, announcements, erasures: createErasures(options.config.data, log) }),
    ...backupHandlers(inner.backups),
    ...standstillHandlers({ db }),
    ...mail.handlers,
  };
  const secret = await authSecret(db, vault);
  const auth = createAuth({ db, log, announcements, secret, publicUrl: url, firmName: firm?.name ?? "Caretaker" });
  const whoIs = (headers: Headers) => knownBy({ db, auth, isDemo }, headers);
  const live = createLive({
    server,
    origins: [new URL(url).origin],
    actorOf: async (headers) => {
      const { actor, owesFactor } = await whoIs(toHeaders(headers));
      return owesFactor ? { kind: "stranger" } : actor;
    },
    stillAllowed: (actor) => stillAllowed({ db, isDemo }, actor),
    mayView: (siteId) => mayView(db, siteId),
    state,
    runs: createRunsReader(runsDeps),
    announcements,
    clock,
    log,
    epoch: randomUUID(),
  });
  const health = healthOf(db, inner, live);
  const http = createHttp({ db, log, handlers, auth, knownBy: whoIs, publicUrl: url, version, dashboard, ...health });
  return { http, live, demo, signInLink: (become: boolean) => signInLink(db, { url, setupToken, handlers }, become) };
}

/** What is done once a second person has approved it: each kind belongs to a room. */
function carriesOut(library: Library, consent: Parameters<typeof allowEmergency>[0]): CarriesOut {
  return {
    "consent.emergency": allowEmergency(consent),
    "freeze.lift": liftFreeze,
    "homes.more": allowMoreHomes,
    "rollout.wave": beginApprovedWave,
    "runbook.publish": publishApproved({ library }),
  };
}

function healthOf(db: Database, { state, runs }: InnerRooms, live: Live) {
  const gateways = () => [...state.store.gateways.values()];
  return {
    checks: {
      migrations: async () => ((await pendingMigrations(db)).length === 0 ? null : "the database is not up to date"),
      runs: async () => runs.engine.trouble(),
    },
    gauges: {
      sites: { help: "Sites that are looked after", read: () => state.store.sites.size },
      gateways: { help: "Gateways that are looked after", read: () => gateways().length },
      gateways_online: {
        help: "Gateways that are connected",
        read: () => gateways().filter(({ status }) => status.state === "online").length,
      },
      live_connections: { help: "Sockets that watch", read: () => live.connections() },
    },
  };
}

async function emailOfPerson(db: Database, id: string): Promise<string | null> {
  const person = await db.selectFrom("person").select("email").where("id", "=", id).executeTakeFirst();
  return person?.email ?? null;
}

/** The address in `Firm <care@example.com>`. */
function addressIn(sender: string): string {
  return /<([^<>]+)>$/.exec(sender)?.[1] ?? sender;
}

function toHeaders(headers: IncomingHttpHeaders): Headers {
  return new Headers(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value] as [string, string]] : [],
    ),
  );
}
