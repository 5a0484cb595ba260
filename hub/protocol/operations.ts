import { z } from "zod";
import { agentOperations } from "./agent-operations.ts";
import { backupOperations } from "./backup-operations.ts";
import { CAPABILITY_NAMES } from "./capabilities.ts";
import { clientOperations } from "./client-operations.ts";
import { ChecklistLine } from "./connector.ts";
import { AgreedWindow, ConsentAnswer, ConsentView, LinkToken } from "./consent.ts";
import { controlOperations } from "./control-operations.ts";
import { householdOperations } from "./household-operations.ts";
import {
  ApiKeyId,
  ClientId,
  ContactId,
  DeviceId,
  EntityId,
  GatewayId,
  InvitationId,
  MessageId,
  Moment,
  PersonId,
  RunbookId,
  RunId,
  SessionId,
  SiteId,
} from "./ids.ts";
import { LedgerCode, LedgerVerdict, ListedEntry } from "./ledger.ts";
import { LedgerFileLine } from "./ledger-file.ts";
import { Device, EntityState, Integration, Room } from "./model.ts";
import { operation } from "./operation.ts";
import { passkeyOperations } from "./passkey-operations.ts";
import { ApiKey, Invitation, Me, Person, Role, SignedInSession } from "./people.ts";
import { planOperations } from "./plans.ts";
import { privacyOperations } from "./privacy-operations.ts";
import { rolloutOperations } from "./rollout-operations.ts";
import { RunEvidence } from "./run-evidence.ts";
import { runbookOperations } from "./runbook-operations.ts";
import { NotStartable, RunbookDetails, RunbookSummary } from "./runbook-summary.ts";
import { RunbookVerdict } from "./runbook-verdict.ts";
import { RunDetails, RunEvent, RunInputs, RunStatus, RunSummary } from "./runs.ts";
import { EvidenceKind, StandingScope } from "./scopes.ts";
import {
  Client,
  Contact,
  ContactRole,
  Gateway,
  Name,
  OutboxMessage,
  Phone,
  QuietHours,
  Site,
  SiteRow,
  StandingConsent,
  TimeZone,
} from "./sites.ts";
import { Language } from "./text.ts";
import { upkeepOperations } from "./upkeep-operations.ts";

const everyone = { roles: ["principal", "senior", "technician", "dispatcher"] } as const;
const fixers = { roles: ["principal", "senior", "technician"] } as const;
const principal = { roles: ["principal"] } as const;

const Nothing = z.object({});
const limit = z.coerce.number().int().min(1).max(500).default(100);
const cursor = z.string().max(200).optional();
const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().nullable() });
const version = z.number().int().min(1);

/** What a technician types to reach a gateway: the fields are the connector's own configuration schema. */
const GatewayConfig = z.record(z.string().max(60), z.unknown());
/** Whether the agent in the home reaches it, since the hub itself does not. */
const throughAgent = z.boolean().optional();

const NewContact = z.strictObject({
  name: Name,
  role: ContactRole,
  language: Language.default("en"),
  email: z.email().max(200).optional(),
  phone: Phone.optional(),
  /** How the technician knows that the address is theirs, when he does: the contact counts as verified from now. */
  verifiedBecause: z.string().trim().min(3).max(300).optional(),
});

const NewScopes = z.strictObject({
  scopes: z.array(StandingScope).max(4),
  evidence: EvidenceKind,
  evidenceNote: z.string().trim().max(500).optional(),
  givenBy: Name,
  /** When it ends, where that was agreed: such as the end of the contract. */
  until: Moment.nullable().optional(),
});

/**
 * Every operation of the hub. Its name is the operationId; routes, the OpenAPI document, the dashboard's client and the
 * test of who may are all made from this table.
 */
export const operations = {
  // ---- First start ----
  "setup.state": operation({
    path: "GET /setup",
    summary: "Whether this hub has been set up, and how mail leaves it",
    input: z.strictObject({}),
    output: z.object({
      isSetUp: z.boolean(),
      isDemo: z.boolean(),
      mail: z.enum(["smtp", "outbox"]),
      version: z.string(),
    }),
    needs: { who: "anyone", on: "firm" },
  }),
  "setup.complete": operation({
    path: "POST /setup",
    summary: "Set up the firm and its first person, or turn this data directory into a demo for good",
    input: z.strictObject({
      token: z.string().min(8).max(200),
      mode: z.enum(["real", "demo"]),
      firm: z
        .strictObject({
          name: Name,
          timeZone: TimeZone,
          country: z.string().length(2),
          phone: Phone.optional(),
          language: Language.default("en"),
        })
        .optional(),
      owner: z
        .strictObject({ name: Name, email: z.email().max(200), password: z.string().min(10).max(200) })
        .optional(),
    }),
    /** `signInUrl` signs in once, in a demo only. */
    output: z.object({ isDemo: z.boolean(), signInUrl: z.string().nullable() }),
    needs: { who: "setup", on: "firm" },
    status: 201,
    ledger: ["firm.created", "person.joined"],
  }),
  "me.get": operation({
    path: "GET /me",
    summary: "Who is signed in, and the firm",
    input: z.strictObject({}),
    output: Me,
    needs: { who: "signed_in", on: "firm", noKeys: true },
  }),

  // ---- Clients, sites, contacts ----
  "client.create": operation({
    path: "POST /clients",
    summary: "Add a client",
    input: z.strictObject({ name: Name, phone: Phone.optional(), email: z.email().max(200).optional() }),
    output: Client,
    needs: { who: everyone, on: "firm" },
    status: 201,
  }),
  "client.list": operation({
    path: "GET /clients",
    summary: "All clients",
    input: z.strictObject({ q: z.string().max(100).optional(), limit, cursor }),
    output: page(Client),
    needs: { who: everyone, on: "firm" },
  }),
  "contact.add": operation({
    path: "POST /sites/{siteId}/contacts",
    summary: "Add somebody who lives there or answers for the home",
    input: z.strictObject({ siteId: SiteId, ...NewContact.shape }),
    output: Contact,
    needs: { who: everyone, on: "site" },
    status: 201,
    ledger: ["contact.added", "contact.verified"],
  }),
  "contact.verify": operation({
    path: "POST /sites/{siteId}/contacts/{contactId}/verify",
    summary: "Record how we know that a contact's address is theirs",
    input: z.strictObject({ siteId: SiteId, contactId: ContactId, because: z.string().trim().min(3).max(300) }),
    output: Contact,
    needs: { who: everyone, on: "site" },
    ledger: ["contact.verified"],
  }),
  "site.create": operation({
    path: "POST /sites",
    summary: "Add a site with the consent its homeowner gave for good",
    input: z.strictObject({
      clientId: ClientId,
      name: Name,
      timeZone: TimeZone,
      language: Language.default("en"),
      address: z.string().trim().max(300).optional(),
      town: z.string().trim().max(100).optional(),
      quietHours: QuietHours.optional(),
      contacts: z.array(NewContact).max(10).default([]),
      consent: NewScopes,
    }),
    output: Site,
    needs: { who: everyone, on: "firm" },
    status: 201,
    ledger: ["site.created", "contact.added", "scopes.changed"],
  }),
  "site.list": operation({
    path: "GET /sites",
    summary: "All sites, worst first",
    input: z.strictObject({
      q: z.string().max(100).optional(),
      limit: z.coerce.number().int().min(1).max(2000).default(500),
      cursor,
    }),
    output: page(SiteRow),
    needs: { who: everyone, on: "firm" },
  }),
  "site.get": operation({
    path: "GET /sites/{siteId}",
    summary: "One site",
    input: z.strictObject({ siteId: SiteId }),
    output: Site,
    needs: { who: everyone, on: "site" },
  }),
  "site.update": operation({
    path: "PATCH /sites/{siteId}",
    summary: "Change a site; refused when somebody else changed it meanwhile",
    input: z.strictObject({
      siteId: SiteId,
      version,
      name: Name.optional(),
      timeZone: TimeZone.optional(),
      language: Language.optional(),
      address: z.string().trim().max(300).nullable().optional(),
      town: z.string().trim().max(100).nullable().optional(),
      quietHours: QuietHours.optional(),
      noticeInHome: z.boolean().optional(),
      notes: z.string().max(10_000).optional(),
    }),
    output: Site,
    needs: { who: everyone, on: "site" },
    ledger: ["site.changed"],
  }),
  "site.remove": operation({
    path: "DELETE /sites/{siteId}",
    summary:
      "Take a site out of service: its gateways are disconnected and their credentials destroyed; its ledger stays",
    input: z.strictObject({ siteId: SiteId, reason: z.string().trim().min(3).max(300) }),
    output: Nothing,
    needs: { who: { roles: ["principal", "senior"] }, on: "site", freshFactor: true },
    ledger: ["site.removed"],
  }),
  "site.entities": operation({
    path: "GET /sites/{siteId}/entities",
    summary: "All entities with their state; private ones show their availability only",
    input: z.strictObject({ siteId: SiteId }),
    output: z.object({ items: z.array(EntityState) }),
    needs: { who: everyone, on: "site" },
  }),
  "site.devices": operation({
    path: "GET /sites/{siteId}/devices",
    summary: "Rooms, integrations and devices",
    input: z.strictObject({ siteId: SiteId }),
    output: z.object({ rooms: z.array(Room), integrations: z.array(Integration), devices: z.array(Device) }),
    needs: { who: everyone, on: "site" },
  }),
  "device.update": operation({
    path: "PATCH /devices/{deviceId}",
    summary: "Say what only a person knows of a device",
    input: z.strictObject({
      deviceId: DeviceId,
      version,
      maySleep: z.boolean().optional(),
      poweredBy: EntityId.nullable().optional(),
      doNotTouch: z.boolean().optional(),
      carriesGateway: z.boolean().optional(),
    }),
    output: Device,
    needs: { who: fixers, on: "device" },
    ledger: ["device.changed"],
  }),
  "scopes.get": operation({
    path: "GET /sites/{siteId}/scopes",
    summary: "What the homeowner allows for good",
    input: z.strictObject({ siteId: SiteId }),
    output: z.object({ scopes: z.array(StandingConsent), version: z.number().int() }),
    needs: { who: everyone, on: "site" },
  }),
  "scopes.set": operation({
    path: "PUT /sites/{siteId}/scopes",
    summary: "Record what the homeowner allows for good; taking `view` away closes the live stream",
    input: z.strictObject({ siteId: SiteId, version: version.optional(), ...NewScopes.shape }),
    output: z.object({ scopes: z.array(StandingConsent), version: z.number().int() }),
    needs: { who: everyone, on: "site", freshFactor: true },
    ledger: ["scopes.changed"],
  }),

  // ---- Gateways ----
  "connector.list": operation({
    path: "GET /connectors",
    summary: "The makes this hub can connect to, and what each needs to be told",
    input: z.strictObject({}),
    output: z.object({
      items: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          config: z.record(z.string(), z.unknown()),
          secrets: z.array(z.string()),
          /** What its connector declares; a gateway whose software is too old may lack some of it. */
          capabilities: z.array(z.enum(CAPABILITY_NAMES)),
        }),
      ),
    }),
    needs: { who: everyone, on: "firm" },
  }),
  "gateway.test": operation({
    path: "POST /sites/{siteId}/gateways/test",
    summary: "Check a gateway before adding it: one line for each thing, as it is found",
    input: z.strictObject({ siteId: SiteId, connector: z.string().max(60), config: GatewayConfig, throughAgent }),
    output: ChecklistLine,
    needs: { who: fixers, on: "site" },
    stream: true,
  }),
  "gateway.add": operation({
    path: "POST /sites/{siteId}/gateways",
    summary: "Add a gateway; its credentials are sealed and never given back",
    input: z.strictObject({
      siteId: SiteId,
      connector: z.string().max(60),
      name: Name,
      config: GatewayConfig,
      throughAgent,
    }),
    output: Gateway,
    needs: { who: fixers, on: "site" },
    status: 201,
    idempotent: true,
    ledger: ["gateway.added"],
  }),
  "gateway.list": operation({
    path: "GET /sites/{siteId}/gateways",
    summary: "The gateways of a site",
    input: z.strictObject({ siteId: SiteId }),
    output: z.object({ items: z.array(Gateway) }),
    needs: { who: everyone, on: "site" },
  }),
  "gateway.remove": operation({
    path: "DELETE /gateways/{gatewayId}",
    summary: "Disconnect a gateway and destroy its credentials",
    input: z.strictObject({ gatewayId: GatewayId }),
    output: Nothing,
    needs: { who: fixers, on: "gateway", freshFactor: true },
    ledger: ["gateway.removed"],
  }),
  "gateway.credentials.replace": operation({
    path: "PUT /gateways/{gatewayId}/credentials",
    summary:
      "Give a gateway new credentials and connect again; what is not given stays, but where any other setting changes every secret has to be given",
    input: z.strictObject({ gatewayId: GatewayId, config: GatewayConfig }),
    output: Gateway,
    needs: { who: fixers, on: "gateway", freshFactor: true },
    ledger: ["gateway.credentials_replaced"],
  }),

  // ---- Runbooks and runs ----
  "runbook.list": operation({
    path: "GET /runbooks",
    summary: "What can be checked and fixed",
    input: z.strictObject({ siteId: SiteId.optional() }),
    output: z.object({
      items: z.array(RunbookSummary),
      /** Published by the firm, and nobody can start it now; with a site, what could run there once it is published again. */
      notStartable: z.array(NotStartable.extend({ id: RunbookId, version: z.number().int(), title: z.string() })),
    }),
    needs: { who: everyone, on: "firm" },
  }),
  "runbook.get": operation({
    path: "GET /runbooks/{connector}/{name}",
    summary: "One runbook with its source",
    input: z.strictObject({ connector: z.string().max(60), name: z.string().max(60) }),
    output: RunbookDetails,
    needs: { who: everyone, on: "firm" },
  }),
  "runbook.validate": operation({
    path: "POST /runbooks/validate",
    summary: "Judge a runbook that is not saved: all its mistakes at once, or what follows from it",
    input: z.strictObject({ file: z.string().min(1).max(200).default("runbook.yaml"), text: z.string().max(200_000) }),
    output: RunbookVerdict,
    needs: { who: everyone, on: "firm" },
  }),
  "runbook.schema": operation({
    path: "GET /runbook-schema",
    summary: "The language of runbooks as a JSON Schema, for editors",
    input: z.strictObject({}),
    output: z.record(z.string(), z.unknown()),
    needs: { who: everyone, on: "firm" },
  }),
  ...runbookOperations,
  "run.start": operation({
    path: "POST /sites/{siteId}/runs",
    summary: "Start a runbook at a site",
    input: z.strictObject({
      siteId: SiteId,
      gatewayId: GatewayId.optional(),
      runbook: RunbookId,
      inputs: RunInputs.default({}),
      /** Why, in words the homeowner may read. */
      reason: z.string().trim().min(3).max(300),
      homeownerAsked: z.boolean().default(false),
      /** Makes every check and says what each fix would do, without doing it or asking anybody. */
      rehearse: z.boolean().default(false),
    }),
    output: RunSummary,
    needs: { who: fixers, on: "site" },
    status: 202,
    idempotent: true,
    ledger: ["run.started"],
  }),
  "run.get": operation({
    path: "GET /runs/{runId}",
    summary: "One run",
    input: z.strictObject({ runId: RunId }),
    output: RunDetails,
    needs: { who: everyone, on: "run" },
  }),
  "run.list": operation({
    path: "GET /runs",
    summary: "Runs, newest first",
    input: z.strictObject({
      siteId: SiteId.optional(),
      runbook: RunbookId.optional(),
      status: RunStatus.optional(),
      limit,
      cursor,
    }),
    output: page(RunSummary),
    needs: { who: everyone, on: "firm" },
  }),
  "run.events": operation({
    path: "GET /runs/{runId}/events",
    summary: "What happened in a run, from a number on",
    input: z.strictObject({
      runId: RunId,
      since: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(1000).default(1000),
    }),
    output: z.object({ items: z.array(RunEvent), lastEvent: z.number().int() }),
    needs: { who: everyone, on: "run" },
  }),
  "run.evidence": operation({
    path: "POST /runs/{runId}/evidence",
    summary: "All that proves what a run did, in one document with digests; that it was taken stands in the ledger",
    input: z.strictObject({ runId: RunId }),
    output: RunEvidence,
    needs: { who: fixers, on: "run" },
    ledger: ["run.evidence_taken"],
  }),
  "run.cancel": operation({
    path: "POST /runs/{runId}/cancel",
    summary: "Stop a run at its next safe point",
    input: z.strictObject({ runId: RunId, reason: z.string().trim().min(3).max(300) }),
    output: RunSummary,
    needs: { who: fixers, on: "run" },
    ledger: ["run.cancelled"],
  }),

  ...controlOperations,
  ...rolloutOperations,
  ...upkeepOperations,
  ...householdOperations,
  ...planOperations,
  ...passkeyOperations,

  // ---- The homeowner ----
  "consent.view": operation({
    path: "GET /consent/{token}",
    summary: "What a homeowner is asked. Reading it grants nothing",
    input: z.strictObject({ token: LinkToken }),
    output: ConsentView,
    needs: { who: "link", on: "request" },
  }),
  "consent.opened": operation({
    path: "POST /consent/{token}/opened",
    summary: "The page was opened by a person",
    input: z.strictObject({ token: LinkToken }),
    output: Nothing,
    needs: { who: "link", on: "request" },
    ledger: ["consent.opened"],
  }),
  "consent.answer": operation({
    path: "POST /consent/{token}/answer",
    summary: "Allow, another time (perhaps with the time), or no: once",
    input: z.strictObject({
      token: LinkToken,
      answer: ConsentAnswer,
      proposalCode: z.string().max(20),
      /** With `another_time`: when it may be done without asking again. */
      window: AgreedWindow.optional(),
    }),
    output: ConsentView,
    needs: { who: "link", on: "request" },
    ledger: ["consent.allowed", "consent.refused", "consent.another_time", "consent.window_agreed"],
  }),
  "consent.stop": operation({
    path: "POST /consent/{token}/stop",
    summary: "Stop what was allowed",
    input: z.strictObject({ token: LinkToken }),
    output: ConsentView,
    needs: { who: "link", on: "request" },
    ledger: ["consent.withdrawn"],
  }),
  "outbox.list": operation({
    path: "GET /outbox",
    summary: "Messages to homeowners and what became of them; the words only for simulated sites",
    input: z.strictObject({ siteId: SiteId.optional(), limit, cursor }),
    output: page(OutboxMessage),
    needs: { who: everyone, on: "firm" },
  }),
  "outbox.open": operation({
    path: "GET /outbox/{messageId}",
    summary: "One message, of a simulated site",
    input: z.strictObject({ messageId: MessageId }),
    output: OutboxMessage,
    needs: { who: everyone, on: "firm" },
  }),

  // ---- Ledger ----
  "ledger.list": operation({
    path: "GET /ledger",
    summary: "A site's ledger, or the firm's, newest first",
    input: z.strictObject({
      siteId: SiteId.optional(),
      before: z.coerce.number().int().positive().max(2_147_483_647).optional(),
      limit,
    }),
    output: z.object({ items: z.array(ListedEntry), code: z.string(), nextBefore: z.number().int().nullable() }),
    needs: { who: { roles: ["principal", "senior", "technician"] }, on: "site" },
  }),
  "ledger.verify": operation({
    path: "POST /ledger/verify",
    summary: "Recompute a chain and name the first bad entry; with a code that a homeowner was told, find that too",
    input: z.strictObject({ siteId: SiteId.optional(), code: LedgerCode.optional() }),
    output: LedgerVerdict,
    needs: { who: { roles: ["principal", "senior", "technician"] }, on: "site" },
  }),

  "ledger.export": operation({
    path: "POST /ledger/export",
    summary: "A whole ledger as one file of JSON lines, which anybody can check without a hub",
    input: z.strictObject({ siteId: SiteId.optional() }),
    output: LedgerFileLine,
    needs: { who: { roles: ["principal", "senior"] }, on: "site" },
    stream: true,
    ledger: ["ledger.exported"],
  }),

  // ---- People and keys ----
  "person.invite": operation({
    path: "POST /invitations",
    summary: "Invite somebody by email",
    input: z.strictObject({ email: z.email().max(200), role: Role }),
    output: Invitation.extend({ url: z.string().nullable() }),
    needs: { who: principal, on: "firm", freshFactor: true, noKeys: true },
    status: 201,
    ledger: ["person.invited"],
  }),
  "invitation.view": operation({
    path: "GET /invitations/{token}",
    summary: "Whether an invitation still holds",
    input: z.strictObject({ token: LinkToken }),
    output: z.object({ email: z.email(), role: Role, firmName: z.string() }),
    needs: { who: "link", on: "firm" },
  }),
  "invitation.accept": operation({
    path: "POST /invitations/{token}/accept",
    summary: "Join with a name and a password",
    input: z.strictObject({ token: LinkToken, name: Name, password: z.string().min(10).max(200) }),
    output: Nothing,
    needs: { who: "link", on: "firm" },
    ledger: ["person.joined"],
  }),
  "invitation.withdraw": operation({
    path: "DELETE /invitations/{invitationId}",
    summary: "Take an invitation back",
    input: z.strictObject({ invitationId: InvitationId }),
    output: Nothing,
    needs: { who: principal, on: "firm", noKeys: true },
  }),
  "person.list": operation({
    path: "GET /people",
    summary: "Everybody who can sign in, and who is invited",
    input: z.strictObject({}),
    output: z.object({ people: z.array(Person), invitations: z.array(Invitation) }),
    needs: { who: everyone, on: "firm" },
  }),
  "person.update": operation({
    path: "PATCH /people/{personId}",
    summary: "Change somebody's role",
    input: z.strictObject({ personId: PersonId, role: Role }),
    output: Person,
    needs: { who: principal, on: "person", freshFactor: true, noKeys: true },
    ledger: ["person.role_changed"],
  }),
  "person.disable": operation({
    path: "POST /people/{personId}/disable",
    summary: "Shut somebody out at once: sessions and live streams end",
    input: z.strictObject({ personId: PersonId }),
    output: Person,
    needs: { who: principal, on: "person", freshFactor: true, noKeys: true },
    ledger: ["person.disabled"],
  }),
  "person.enable": operation({
    path: "POST /people/{personId}/enable",
    summary: "Let somebody in again",
    input: z.strictObject({ personId: PersonId }),
    output: Person,
    needs: { who: principal, on: "person", freshFactor: true, noKeys: true },
    ledger: ["person.enabled"],
  }),
  "session.list": operation({
    path: "GET /sessions",
    summary: "Where you are signed in; a principal may ask for everybody's",
    input: z.strictObject({ everybody: z.stringbool().default(false) }),
    output: z.object({ items: z.array(SignedInSession) }),
    needs: { who: "signed_in", on: "session", noKeys: true },
  }),
  "session.revoke": operation({
    path: "DELETE /sessions/{sessionId}",
    summary: "Sign a browser out at once",
    input: z.strictObject({ sessionId: SessionId }),
    output: Nothing,
    needs: { who: "signed_in", on: "session", noKeys: true },
    ledger: ["session.revoked"],
  }),
  "key.create": operation({
    path: "POST /keys",
    summary: "Make an API key: it is shown once",
    input: z.strictObject({ name: Name, role: Role, expiresInDays: z.number().int().min(1).max(365).default(90) }),
    output: ApiKey.extend({ key: z.string() }),
    needs: { who: principal, on: "firm", freshFactor: true, noKeys: true },
    status: 201,
    ledger: ["key.created"],
  }),
  "key.list": operation({
    path: "GET /keys",
    summary: "API keys, without the keys",
    input: z.strictObject({}),
    output: z.object({ items: z.array(ApiKey) }),
    needs: { who: principal, on: "firm" },
  }),
  "key.revoke": operation({
    path: "DELETE /keys/{keyId}",
    summary: "Make a key useless at once",
    input: z.strictObject({ keyId: ApiKeyId }),
    output: Nothing,
    needs: { who: principal, on: "key", noKeys: true },
    ledger: ["key.revoked"],
  }),

  // ---- What a person of a home may ask for ----
  ...clientOperations,
  ...privacyOperations,

  // ---- Agents in homes ----
  ...agentOperations,

  // ---- Backups ----
  ...backupOperations,
} as const;

export type OperationName = keyof typeof operations;
export type OperationInput<N extends OperationName> = z.input<(typeof operations)[N]["input"]>;
export type OperationRequest<N extends OperationName> = z.infer<(typeof operations)[N]["input"]>;
export type OperationOutput<N extends OperationName> = z.infer<(typeof operations)[N]["output"]>;
export const OPERATION_NAMES = Object.keys(operations) as OperationName[];
