import type {
  ActionName,
  AgentPolicy,
  ApprovalKind,
  ApprovalStatus,
  ContactRole,
  DeviceKind,
  EmergencyAct,
  EmergencyConsent,
  EntityKind,
  EvidenceKind,
  GatewayState,
  GrantEnd,
  Illness,
  Language,
  LedgerEvent,
  Proposal,
  Reason,
  Role,
  RolloutHomeStatus,
  RolloutStatus,
  RunEventData,
  RunOutcome,
  RunStatus,
  Scope,
  StandingScope,
  Text,
} from "@caretaker/protocol";
import type { ColumnType, Generated, JSONColumnType } from "kysely";

/** A moment: ISO in UTC when read; a Date or ISO string when written. */
export type At = ColumnType<string, Date | string, Date | string>;
export type AtOrNull = ColumnType<string | null, Date | string | null | undefined, Date | string | null>;
type Json<T extends object | null> = JSONColumnType<T>;

/** All tables, in the names that kysely's camel case gives them; of better-auth's, the columns that we read. */
export interface Tables {
  firm: {
    id: Generated<boolean>;
    name: string;
    phone: string | null;
    timeZone: string;
    country: string;
    language: Language;
    isDemo: boolean;
    createdAt: At;
  };
  finding: {
    id: string;
    siteId: string;
    gatewayId: string;
    integrationId: string;
    illness: Illness;
    openedAt: At;
    endedAt: AtOrNull;
  };
  rule: {
    id: string;
    name: string;
    runbook: string;
    illnesses: string[];
    domain: string | null;
    /** Null for every home. */
    siteIds: string[] | null;
    minutes: number;
    coolDownHours: number;
    atNight: boolean;
    isOn: boolean;
    version: Generated<number>;
    madeBy: string;
    madeById: string;
    madeAt: At;
    removedAt: AtOrNull;
  };
  ruleFiring: { ruleId: string; findingId: string; at: At; runId: string | null; why: string | null };
  rollout: {
    id: string;
    number: Generated<number>;
    runbook: string;
    runbookVersion: number;
    digest: string;
    title: string;
    reason: string;
    status: RolloutStatus;
    why: string | null;
    startedBy: string;
    startedById: string;
    wave: number;
    /** Who began the wave: its runs are begun in that name. */
    waveBy: Json<{ id: string; name: string; role: Role }>;
    haltAfter: number;
    goesOn: boolean;
    isRehearsal: Generated<boolean>;
    createdAt: At;
    finishedAt: AtOrNull;
  };
  rolloutHome: {
    rolloutId: string;
    siteId: string;
    /** In which order homes have their turn. */
    place: number;
    gatewayId: string | null;
    inputs: Json<Record<string, string | number | boolean>>;
    wave: number;
    status: RolloutHomeStatus;
    why: string | null;
    runId: string | null;
    /** The second person's word for the wave; its homes do not count as one person's alone. */
    approvalId: string | null;
  };
  hubMemory: { key: string; value: Json<object>; changedAt: At };
  invitation: {
    id: string;
    email: string;
    role: Role;
    tokenHash: string;
    invitedBy: string;
    createdAt: At;
    expiresAt: At;
    acceptedAt: AtOrNull;
    withdrawnAt: AtOrNull;
  };
  apiKey: {
    id: string;
    name: string;
    role: Role;
    prefix: string;
    hash: string;
    createdBy: string;
    createdById: string | null;
    createdAt: At;
    expiresAt: At;
    lastUsedAt: AtOrNull;
    revokedAt: AtOrNull;
  };
  client: {
    id: string;
    name: string;
    phone: string | null;
    email: string | null;
    version: Generated<number>;
    createdAt: At;
  };
  site: {
    id: string;
    number: Generated<number>;
    clientId: string;
    name: string;
    address: string | null;
    town: string | null;
    timeZone: string;
    language: Language;
    quietFrom: Generated<string>;
    quietTo: Generated<string>;
    notes: Generated<string>;
    isSimulated: Generated<boolean>;
    /** The household allows a note in the home's own system: "see your mail". */
    noticeInHome: Generated<boolean>;
    version: Generated<number>;
    scopesVersion: Generated<number>;
    /** The level of aftercare. */
    planId: string | null;
    createdAt: At;
    removedAt: AtOrNull;
  };
  contact: {
    id: string;
    siteId: string;
    name: string;
    role: ContactRole;
    language: Language;
    email: string | null;
    phone: string | null;
    verifiedAt: AtOrNull;
    verifiedBecause: string | null;
    restsUntil: AtOrNull;
    createdAt: At;
    removedAt: AtOrNull;
  };
  standingConsent: {
    siteId: string;
    scope: StandingScope;
    givenAt: At;
    givenBy: string;
    evidence: EvidenceKind;
    evidenceNote: string | null;
    reviewAt: At;
    /** When it ends, as it was agreed; null for as long as it stands. */
    until: AtOrNull;
    /** When the hub entered that end in the ledger. */
    endedAt: AtOrNull;
  };
  /** What two people of the firm may do in an emergency; no row where nothing was agreed. */
  emergencyConsent: {
    siteId: string;
    capabilities: EmergencyAct[];
    atNight: boolean;
    evidence: EmergencyConsent["evidence"];
    evidenceNote: string | null;
    givenBy: string;
    setBy: string;
    setAt: At;
    restsUntil: At;
  };
  /** `deviceId` null: the whole home; `capability` null: whatever is done. */
  scopeRaise: {
    id: string;
    siteId: string;
    deviceId: string | null;
    capability: ActionName | null;
    scope: "fix" | "disruptive" | null;
    isPrivate: boolean;
    reason: string;
    setBy: string;
    setAt: At;
  };
  plan: {
    id: string;
    version: Generated<number>;
    name: string;
    reason: string;
    setBy: string;
    setAt: At;
  };
  planRaise: {
    planId: string;
    capability: ActionName;
    scope: "fix" | "disruptive" | null;
    isPrivate: boolean;
  };
  /** Exactly one of `roomId`, `kind` and `deviceClass` says what is left out. */
  viewLimit: {
    id: string;
    siteId: string;
    roomId: string | null;
    roomName: string | null;
    kind: EntityKind | null;
    deviceClass: string | null;
    evidence: EvidenceKind;
    evidenceNote: string | null;
    givenBy: string;
    setBy: string;
    setAt: At;
  };
  gateway: {
    id: string;
    siteId: string;
    connector: string;
    name: string;
    config: Json<Record<string, unknown>>;
    address: string;
    state: Generated<GatewayState>;
    reason: Json<Reason>;
    since: At;
    lastSeenAt: AtOrNull;
    softwareVersion: string | null;
    isAdmin: boolean | null;
    /** When the credentials that are kept now were first accepted: a refusal after that is the home's own doing. */
    acceptedAt: AtOrNull;
    /** Of the inventory as it was last written: most reports bring nothing new. */
    inventoryDigest: string | null;
    /** When the link was last known to be up, by the database's clock. */
    linkSeenAt: AtOrNull;
    /** When the last loss that was too long had become that. */
    linkLostAt: AtOrNull;
    isSimulated: Generated<boolean>;
    createdAt: At;
    removedAt: AtOrNull;
    /** The agent that holds it in the home; null where the hub reaches it itself. */
    agentId: string | null;
  };
  /** At most one of a site is not ended. */
  agent: {
    id: string;
    siteId: string;
    publicKey: string;
    fingerprint: string;
    /** `waiting`: nobody of the home has said yet that this is their installer. */
    status: "waiting" | "paired" | "ended";
    version: string | null;
    pairedAt: At;
    pairedBy: string;
    confirmedAt: AtOrNull;
    endedAt: AtOrNull;
    endedBy: string | null;
    lastSeenAt: AtOrNull;
    frozenAt: AtOrNull;
    frozenWhy: string | null;
    /** What its home allows, as it last said. */
    policy: Json<AgentPolicy | null> | null;
    /** At which hub it has its line, and until when that is believed without hearing of it again. */
    lineHub: string | null;
    lineUntil: AtOrNull;
  };
  agentPairing: {
    id: string;
    siteId: string;
    /** By which it is found without the code: a digest of it. */
    lookup: string;
    /** Null once it was used, or another was made. */
    sealedCode: Json<object | null> | null;
    madeBy: string;
    madeById: string | null;
    madeAt: At;
    expiresAt: At;
    usedAt: AtOrNull;
    agentId: string | null;
  };
  sealedSecret: {
    owner: string;
    field: string;
    keyId: string;
    wrappedKey: string;
    sealed: string;
    version: number;
    sealedAt: At;
  };
  room: { id: string; gatewayId: string; key: string; name: string; floor: string | null; goneAt: AtOrNull };
  integration: { id: string; gatewayId: string; key: string; name: string; domain: string; goneAt: AtOrNull };
  device: {
    id: string;
    gatewayId: string;
    key: string;
    marks: Generated<string[]>;
    name: string;
    roomId: string | null;
    integrationIds: Generated<string[]>;
    upstreamId: string | null;
    make: string | null;
    model: string | null;
    firmware: string | null;
    kind: DeviceKind;
    maySleep: Generated<boolean>;
    poweredBy: string | null;
    doNotTouch: Generated<boolean>;
    carriesGateway: Generated<boolean>;
    version: Generated<number>;
    goneAt: AtOrNull;
  };
  entity: {
    id: string;
    gatewayId: string;
    key: string;
    marks: Generated<string[]>;
    label: string;
    name: string;
    kind: EntityKind;
    deviceClass: string | null;
    unit: string | null;
    deviceId: string | null;
    roomId: string | null;
    integrationId: string | null;
    private: Generated<boolean>;
    diagnostic: Generated<boolean>;
    disabled: Generated<boolean>;
    goneAt: AtOrNull;
  };
  gatewayInventory: { gatewayId: string; digest: string; packed: string };
  gatewaySnapshot: { gatewayId: string; takenAt: At; states: Json<object> };
  gatewayHistory: { gatewayId: string; at: At; state: GatewayState; reason: Json<Reason> };
  runbookVersion: { digest: string; id: string; version: number; document: Json<object>; source: string; keptAt: At };
  runbookDraft: {
    id: string;
    text: string;
    rowVersion: Generated<number>;
    copiedFrom: string | null;
    changedBy: string;
    changedAt: At;
  };
  runbookPublished: {
    id: string;
    version: number;
    digest: string;
    text: string;
    document: Json<object>;
    title: string;
    scope: Scope;
    publishedBy: string;
    approvedBy: string | null;
    reason: string;
    publishedAt: At;
    copiedFrom: string | null;
    /** A firm of one published it: nobody else looked at it. */
    isAlone: Generated<boolean>;
  };
  runbookRetired: { id: string; reason: string; retiredBy: string; retiredAt: At };
  run: {
    id: string;
    number: Generated<number>;
    siteId: string;
    gatewayId: string;
    runbook: string;
    runbookVersion: number;
    digest: string;
    title: string;
    inputs: Json<Record<string, unknown>>;
    reason: string;
    /** What the client is told it costs: part of what is allowed. */
    price: Json<{ readonly text: Text } | null> | null;
    homeownerAsked: boolean;
    isRehearsal: Generated<boolean>;
    startedBy: string;
    startedById: string | null;
    answerableId: string | null;
    status: RunStatus;
    outcome: RunOutcome | null;
    step: string | null;
    note: string | null;
    waitingUntil: AtOrNull;
    waitingWhy: string | null;
    hasUncertainStep: Generated<boolean>;
    uncertainSteps: Generated<string[]>;
    memory: Json<object>;
    stopRequestedAt: AtOrNull;
    stopRequestedBy: string | null;
    stopReason: string | null;
    isWithdrawn: Generated<boolean>;
    lastEvent: Generated<number>;
    wakeAt: AtOrNull;
    claimedBy: string | null;
    claimedUntil: AtOrNull;
    fencing: Generated<number>;
    createdAt: At;
    startedAt: AtOrNull;
    finishedAt: AtOrNull;
  };
  runEvent: { runId: string; number: number; at: At; data: Json<RunEventData> };
  attempt: {
    id: string;
    runId: string;
    step: string;
    /** Of a step that goes through several things, the one it was at, from 1 on; otherwise 0. */
    item: Generated<number>;
    number: number;
    purpose: "do" | "undo" | "settle";
    gatewayId: string;
    capability: string;
    input: Json<Record<string, unknown>>;
    target: string;
    fencing: number;
    consent: Json<Record<string, unknown>>;
    /** `refused`: the home said no before anything was sent. Nothing was tried. */
    status: "intended" | "done" | "failed" | "uncertain" | "settled" | "refused";
    intendedAt: At;
    endedAt: AtOrNull;
    answer: Json<object | null> | null;
  };
  siteLock: { siteId: string; lock: string; runId: string; takenAt: At };
  freeze: { kind: string; subject: string; reason: string; frozenBy: string; frozenAt: At };
  approval: {
    id: string;
    kind: ApprovalKind;
    subject: string;
    title: string;
    details: Json<Record<string, unknown>>;
    siteIds: string[];
    reason: string;
    /** Of all of the above: what the second person read. */
    digest: string;
    status: ApprovalStatus;
    requestedBy: string;
    requestedById: string | null;
    requestedAt: At;
    expiresAt: At;
    isAlone: boolean;
    notBefore: AtOrNull;
    approvedBy: string | null;
    approvedById: string | null;
    approvedAt: AtOrNull;
    refusedBy: string | null;
    refusedAt: AtOrNull;
    refusedBecause: string | null;
    executedAt: AtOrNull;
  };
  consentRequest: {
    id: string;
    runId: string;
    siteId: string;
    contactId: string;
    step: string;
    scope: Scope;
    isPrivate: boolean;
    proposal: Json<Proposal>;
    digest: string;
    askedText: Json<Record<string, unknown>>;
    language: Language;
    tokenHash: string;
    /** Of the link in the message about a yes on the phone. */
    stopTokenHash: string | null;
    status: string;
    askedAt: At;
    answerBy: At;
    startBy: AtOrNull;
    windowSeconds: number;
    sentAt: AtOrNull;
    openedAt: AtOrNull;
    answeredAt: AtOrNull;
    answeredBy: string | null;
    grade: string | null;
    firstActAt: AtOrNull;
    endsAt: AtOrNull;
    withdrawnAt: AtOrNull;
    /** A yes that ended before its time, other than by whoever gave it. */
    endedAt: AtOrNull;
    endedWhy: GrantEnd | null;
    /** Allowed as an emergency, which the household agreed to also for the night. */
    atNight: Generated<boolean>;
    linkUntil: At;
    ledgerCode: string;
    /** When the homeowner wished to be called. */
    callAskedAt: AtOrNull;
  };
  journalLink: {
    id: string;
    tokenHash: string;
    contactId: string;
    siteId: string;
    createdAt: At;
    firstOpenedAt: AtOrNull;
  };
  /** What a run asks whoever lives there: the answer allows nothing. */
  homeQuestion: {
    id: string;
    runId: string;
    siteId: string;
    contactId: string;
    step: string;
    say: string;
    answers: Json<object>;
    language: Language;
    tokenHash: string;
    askedAt: At;
    answerBy: At;
    openedAt: AtOrNull;
    answeredAt: AtOrNull;
    linkUntil: At;
  };
  /** The phone on which a contact may be asked, and the user of the gateway who answers on it. */
  contactPhone: {
    contactId: string;
    gatewayId: string;
    phone: string;
    userId: string;
    userName: string;
    because: string;
    setAt: At;
    restsUntil: At;
  };
  /** What is said in the home itself about a question: on a phone where there is one, else as a note. */
  homeMessage: {
    id: string;
    requestId: string;
    gatewayId: string;
    phone: string | null;
    userId: string | null;
    secretHash: string | null;
    status: "waiting" | "shown" | "gone";
    attempts: Generated<number>;
    nextTryAt: AtOrNull;
    sentAt: AtOrNull;
    error: string | null;
    refusedUsers: Generated<string[]>;
  };
  message: {
    id: string;
    siteId: string | null;
    requestId: string | null;
    toAddress: string;
    toName: string;
    isReminder: Generated<boolean>;
    subject: string;
    sealedBody: Json<object | null> | null;
    status: "waiting" | "sent" | "failed" | "outbox";
    attempts: Generated<number>;
    /** Not before then; null for at once. */
    leavesAt: AtOrNull;
    error: string | null;
    createdAt: At;
    sentAt: AtOrNull;
    nextTryAt: AtOrNull;
  };
  ledgerHead: { chain: string; number: number; hash: string };
  ledgerEntry: {
    chain: string;
    number: number;
    at: At;
    event: LedgerEvent;
    actor: string;
    commitment: string;
    previous: string;
    hash: string;
  };
  ledgerPayload: {
    chain: string;
    number: number;
    /** Null once the payload was erased: with it, the commitment of a short payload could be guessed. */
    salt: string | null;
    /** Canonical JSON, letter by letter what the commitment was made of. */
    payload: string | null;
    erasedAt: AtOrNull;
  };
  idempotency: {
    actor: string;
    operation: string;
    key: string;
    inputHash: string;
    status: number | null;
    answer: Json<object | null> | null;
    createdAt: At;
  };
  person: {
    id: string;
    name: string;
    email: string;
    emailVerified: Generated<boolean>;
    image: string | null;
    role: Role;
    twoFactorEnabled: Generated<boolean>;
    disabledAt: AtOrNull;
    lastSeenAt: AtOrNull;
    createdAt: At;
    updatedAt: At;
  };
  browserSession: {
    id: string;
    token: string;
    userId: string;
    expiresAt: At;
    ipAddress: string | null;
    userAgent: string | null;
    factorAt: AtOrNull;
    wrongProofs: Generated<number>;
    createdAt: At;
    updatedAt: At;
  };
  signInAccount: {
    id: string;
    accountId: string;
    providerId: string;
    userId: string;
    password: string | null;
    createdAt: At;
    updatedAt: At;
  };
  passkey: { id: string; userId: string; name: string | null; createdAt: AtOrNull };
  signInLink: { tokenHash: string; personId: string; expiresAt: At };
}
