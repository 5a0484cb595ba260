import { OPERATION_NAMES, type OperationName, operations } from "@caretaker/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Firm } from "./harness/firm.ts";

/** What a field may be given by somebody who means harm, or by a program with a mistake in it. */
const ODD: readonly unknown[] = [
  null,
  true,
  "",
  " ",
  "0",
  "-1",
  "\u0000",
  "\ud800",
  "'; drop table site; --",
  "../../etc/passwd",
  "<script>alert(1)</script>",
  "%00%ff",
  "a".repeat(20_000),
  "019aaaaa-0000-7000-8000-000000000001",
  "2147483648",
  Number.MAX_SAFE_INTEGER,
  -1,
  1.5,
  1e308,
  [],
  {},
  { toString: "x", valueOf: 1 },
  [["a"]],
];

let firm: Firm;
let valid: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  firm = await (await Firm.open()).settle();
  const client = await firm.api("client.create", { name: "Lee" });
  const site = await firm.api("site.create", {
    clientId: client.id,
    name: "Canal house",
    timeZone: "Europe/Amsterdam",
    contacts: [{ name: "Mrs Lee", role: "owner", email: "lee@home.example" }],
    consent: { scopes: ["diagnose"], evidence: "contract", givenBy: "Mrs Lee" },
  });
  const me = await firm.asPrincipal("me.get", {});
  const invitation = await firm.asPrincipal("person.invite", { email: "tom@example.com", role: "technician" });
  const key = await firm.asPrincipal("key.create", { name: "Spare", role: "technician" });
  valid = {
    clientId: client.id,
    siteId: site.id,
    contactId: site.contacts[0]?.id,
    personId: me.person.id,
    invitationId: invitation.id,
    keyId: key.id,
    connector: "home-assistant",
    name: "dead-bridge",
    runbook: "home-assistant/health-check",
    reason: "Lights do not answer",
    because: "She wrote to us from it",
    version: 1,
    role: "technician",
    timeZone: "Europe/Amsterdam",
    config: {},
    consent: { scopes: [], evidence: "contract", givenBy: "Mrs Lee" },
    scopes: ["reach"],
    evidence: "contract",
    givenBy: "Mrs Lee",
    email: "bob@example.com",
    token: "a".repeat(32),
    answer: "no",
    proposalCode: "3f2a-91bc",
    mode: "real",
  };
});

afterAll(() => firm?.close());

/** The only principal may not be shut out, and whoever asks is the only one. */
const NOT_HERE: ReadonlySet<OperationName> = new Set(["person.disable"]);

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

async function ask(name: OperationName, field: string, odd: unknown): Promise<string | null> {
  const input: Record<string, unknown> = {};
  for (const known of Object.keys(operations[name].input.shape)) if (known in valid) input[known] = valid[known];
  input[field] = odd;
  const [method = "GET", template = "/"] = operations[name].path.split(" ");
  const path = template.replace(/\{(\w+)\}/g, (_, part: string) => {
    const value = asText(input[part] ?? "none");
    delete input[part];
    return encodeURIComponent(value.toWellFormed()) || "none";
  });
  const query = new URLSearchParams(Object.entries(input).map(([key, value]) => [key, asText(value)]));
  const answer = await fetch(`${firm.hub.url}/api/v1${path}${method === "GET" ? `?${query}` : ""}`, {
    method,
    headers: { cookie: firm.cookie, origin: firm.hub.url, "content-type": "application/json" },
    ...(method === "GET" ? {} : { body: JSON.stringify(input) }),
  });
  const text = await answer.text();
  const isOurFault = answer.status === 500 || answer.status === 503;
  return isOurFault ? `${name} with ${field} = ${JSON.stringify(odd)?.slice(0, 60)}: ${answer.status} ${text}` : null;
}

it.each(OPERATION_NAMES.filter((name) => !NOT_HERE.has(name)))(
  "%s is not broken by anything in any field",
  async (name) => {
    const fields = [...Object.keys(operations[name].input.shape), "constructor"];
    const broken: (string | null)[] = [];
    for (const field of fields) broken.push(...(await Promise.all(ODD.map((odd) => ask(name, field, odd)))));

    expect(broken.filter((one) => one !== null)).toEqual([]);
    expect((await fetch(`${firm.hub.url}/readyz`)).status).toBe(200);
  },
);
