import { type OperationName, type OperationRequestParts, requestOf } from "@caretaker/protocol";

/** What the inputs below speak of; a test replaces those that it has really made. */
export interface TestSubjects {
  readonly siteId: string;
  readonly gatewayId: string;
  readonly deviceId: string;
  readonly runId: string;
  readonly agentId: string;
}

/** Ids that nothing has. */
export const ABSENT: TestSubjects = {
  siteId: "019aaaaa-0000-7000-8000-000000000001",
  gatewayId: "019aaaaa-0000-7000-8000-000000000002",
  deviceId: "019aaaaa-0000-7000-8000-000000000003",
  runId: "019aaaaa-0000-7000-8000-000000000004",
  agentId: "019aaaaa-0000-7000-8000-000000000005",
};
const ID = "019aaaaa-0000-7000-8000-00000000000f";
const TOKEN = "a".repeat(32);

const RULE = {
  name: "Bridges that hang",
  runbook: "home-assistant/stuck-integration",
  illnesses: ["integration_silent"],
};

/** An input for every operation that its schema takes. The compiler misses none: a new operation needs a line here. */
export const VALID_INPUTS: Readonly<Record<OperationName, Readonly<Record<string, unknown>>>> = {
  "setup.state": {},
  "setup.complete": { token: "x".repeat(20), mode: "demo" },
  "me.get": {},
  "client.create": { name: "Ann" },
  "client.list": {},
  "client.get": { clientId: ID },
  "client.update": { clientId: ID, version: 1, name: "Ann" },
  "contact.former": { siteId: ID },
  "contact.add": { siteId: ID, name: "Ann", role: "owner" },
  "contact.update": { siteId: ID, contactId: ID, email: "ann@example.com" },
  "contact.remove": { siteId: ID, contactId: ID, reason: "Moved away" },
  "contact.verify": { siteId: ID, contactId: ID, because: "Called back" },
  "site.create": {
    clientId: ID,
    name: "Canal house",
    timeZone: "Europe/Amsterdam",
    consent: { scopes: ["reach"], evidence: "contract", givenBy: "Ann" },
  },
  "site.list": {},
  "site.get": { siteId: ID },
  "site.update": { siteId: ID, version: 1, name: "Canal house" },
  "site.remove": { siteId: ID, reason: "Moved away" },
  "site.entities": { siteId: ID },
  "site.devices": { siteId: ID },
  "device.update": { deviceId: ID, version: 1, maySleep: true },
  "scopes.get": { siteId: ID },
  "scopes.set": { siteId: ID, scopes: ["reach"], evidence: "contract", givenBy: "Ann" },
  "connector.list": {},
  "gateway.test": { siteId: ID, connector: "home-assistant", config: {} },
  "gateway.add": { siteId: ID, connector: "home-assistant", name: "Home", config: {} },
  "gateway.list": { siteId: ID },
  "gateway.remove": { gatewayId: ID },
  "gateway.credentials.replace": { gatewayId: ID, config: {} },
  "agent.get": { siteId: ID },
  "agent.pairing.make": { siteId: ID },
  "agent.end": { agentId: ID, reason: "They have another installer" },
  "agent.freeze": { agentId: ID, reason: "The box was stolen" },
  "agent.unfreeze": { agentId: ID, reason: "A copy of its disk was switched off" },
  "runbook.list": {},
  "runbook.schema": {},
  "runbook.validate": { text: "id: none" },
  "runbook.get": { connector: "home-assistant", name: "dead-bridge" },
  "run.start": { siteId: ID, runbook: "home-assistant/dead-bridge", reason: "Lights do not answer" },
  "run.get": { runId: ID },
  "run.list": {},
  "run.events": { runId: ID },
  "run.evidence": { runId: ID },
  "run.cancel": { runId: ID, reason: "Not needed any more" },
  "approval.list": {},
  "runbook.draft.list": {},
  "runbook.draft.get": { name: "none" },
  "runbook.draft.save": { name: "none", text: "id: firm/none", rowVersion: 3 },
  "runbook.draft.remove": { name: "none", rowVersion: 1 },
  "runbook.copy": { connector: "none", name: "none", to: "ours" },
  "runbook.import": { files: [{ file: "a.yaml", text: "id: none" }] },
  "runbook.publish": { name: "none", rowVersion: 1, reason: "It is needed" },
  "runbook.retire": { name: "none", reason: "It is not needed" },
  "runbook.version.list": { name: "none" },
  "runbook.version.get": { name: "none", version: 1 },
  "runbook.diff": { name: "none", from: 1, to: 2 },
  "person.erase": { personId: ID, reason: "Left us long ago" },
  "contact.export": { siteId: ID, contactId: ID },
  "contact.erase": { siteId: ID, contactId: ID, reason: "They asked for it" },
  "backup.list": {},
  "backup.make": {},
  "backup.download": {},
  "standstill.get": {},
  "standstill.end": { reason: "Looked at every home" },
  "approval.give": { approvalId: ID, digest: "a".repeat(64) },
  "approval.refuse": { approvalId: ID, reason: "Not this one" },
  "run.answer": { runId: ID, step: "light", answer: "lit" },
  "run.resolve": { runId: ID, step: "power", verdict: "done", reason: "The bridge is lit" },
  "homes.more": { homes: 20, reason: "All homes of one maker are ill" },
  "finding.list": {},
  "rule.list": {},
  "rule.make": RULE,
  "rule.update": { ...RULE, ruleId: ID, version: 1 },
  "rule.remove": { ruleId: ID },
  "rollout.preview": { runbook: "home-assistant/health-check" },
  "rollout.start": { runbook: "home-assistant/health-check", homes: [{ siteId: ID }], reason: "All of one maker" },
  "rollout.list": {},
  "rollout.get": { rolloutId: ID },
  "rollout.wave": { rolloutId: ID, wave: 2, reason: "The first went well" },
  "rollout.stop": { rolloutId: ID, reason: "It makes things worse" },
  "freeze.list": {},
  "freeze.set": { kind: "firm", subject: "firm", reason: "Something is wrong" },
  "freeze.lift": { kind: "firm", subject: "firm", reason: "It was mended" },
  "consent.view": { token: TOKEN },
  "consent.opened": { token: TOKEN },
  "consent.answer": { token: TOKEN, answer: "no", proposalCode: "3f2a-91bc" },
  "consent.stop": { token: TOKEN },
  "consent.call_me": { token: TOKEN },
  "consent.passkey.challenge": { token: TOKEN },
  "consent.passkey.allow": {
    token: TOKEN,
    proposalCode: "3f2a-91bc",
    credential: { id: "aa", clientDataJSON: "aa", authenticatorData: "aa", signature: "aa" },
  },
  "passkey.view": { token: TOKEN },
  "passkey.make": { token: TOKEN, credential: { id: "aa", clientDataJSON: "aa", attestationObject: "aa" } },
  "view.get": { siteId: ID },
  "view.narrow": { siteId: ID, kinds: ["media"], evidence: "contract", givenBy: "Ann" },
  "view.widen": { siteId: ID, kinds: ["media"], evidence: "contract", givenBy: "Ann" },
  "emergency.get": { siteId: ID },
  "emergency.set": { siteId: ID, capabilities: ["power.cycle"], evidence: "contract", givenBy: "Ann" },
  "emergency.end": { siteId: ID, reason: "They do not wish it any more" },
  "consent.emergency": { runId: ID, requestId: ID, reason: "Water runs, and nobody answers" },
  "raise.list": { siteId: ID },
  "raise.set": { siteId: ID, scope: "disruptive", reason: "A fish tank hangs on it" },
  "raise.lift": { siteId: ID, reason: "The fish tank is gone" },
  "plan.list": {},
  "plan.make": { name: "Basic", raises: [{ capability: "gateway.restart", scope: "disruptive" }], reason: "As sold" },
  "plan.update": { planId: ID, version: 1, name: "Basic", raises: [], reason: "As sold now" },
  "site.plan.set": { siteId: ID, planId: null, reason: "Their contract ended" },
  "journal.ask": { token: TOKEN },
  "journal.open": { token: TOKEN },
  "contact.journal.send": { siteId: ID, contactId: ID },
  "question.view": { token: TOKEN },
  "question.opened": { token: TOKEN },
  "question.answer": { token: TOKEN, answer: "green" },
  "consent.phone.get": { runId: ID, requestId: ID },
  "consent.phone.answer": {
    runId: ID,
    requestId: ID,
    answer: "no",
    proposalCode: "3f2a-91bc",
    number: "+31 20 123 4567",
    knownBy: "Called the number of the contract",
  },
  "phone.list": { gatewayId: ID },
  "contact.phone.list": { siteId: ID },
  "contact.phone.set": {
    siteId: ID,
    contactId: ID,
    gatewayId: ID,
    phone: "mobile_app_x",
    userId: "u",
    because: "She said so",
  },
  "contact.phone.remove": { siteId: ID, contactId: ID },
  "outbox.list": {},
  "outbox.open": { messageId: ID },
  "ledger.list": {},
  "ledger.verify": {},
  "ledger.export": {},
  "person.invite": { email: "tom@example.com", role: "technician" },
  "invitation.view": { token: TOKEN },
  "invitation.accept": { token: TOKEN, name: "Tom", password: "correct horse battery" },
  "invitation.withdraw": { invitationId: ID },
  "person.list": {},
  "person.update": { personId: ID, role: "senior" },
  "person.disable": { personId: ID },
  "person.enable": { personId: ID },
  "session.list": {},
  "session.revoke": { sessionId: ID },
  "key.create": { name: "Ops", role: "technician" },
  "key.list": {},
  "key.revoke": { keyId: ID },
};

/** The request of an operation about these subjects, with more input if given. */
export function requestFor(
  name: OperationName,
  subjects: Partial<TestSubjects> = {},
  more: Readonly<Record<string, unknown>> = {},
): OperationRequestParts {
  const input: Record<string, unknown> = { ...VALID_INPUTS[name] };
  for (const [field, id] of Object.entries(subjects)) if (field in input) input[field] = id;
  return requestOf(name, { ...input, ...more });
}

/** What `fetch` needs for it. */
export function initOf({ method, body }: OperationRequestParts, headers: Record<string, string> = {}): RequestInit {
  return body === undefined
    ? { method, headers }
    : { method, headers: { "content-type": "application/json", ...headers }, body };
}
