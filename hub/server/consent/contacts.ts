import type { ContactRole, Scope } from "@caretaker/protocol";
import { scopeRank } from "@caretaker/protocol";
import type { Selectable } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { CannotAsk } from "./types.ts";

export type ContactRow = Selectable<Tables["contact"]>;

/** What is asked for, and who may not be the one to answer. */
export interface Need {
  readonly scope: Scope;
  readonly isPrivate: boolean;
  readonly requesterEmails: readonly string[];
  readonly now: Date;
}

const ORDER: Readonly<Record<ContactRole, number>> = { owner: 0, adult: 1, manager: 2 };

/** A property manager answers up to `fix`, and never what is private; owner and adults of the household answer all. */
export function roleMayAnswer(role: ContactRole, { scope, isPrivate }: Pick<Need, "scope" | "isPrivate">): boolean {
  return role !== "manager" || (!isPrivate && scopeRank(scope) <= scopeRank("fix"));
}

/** In the order in which they are looked at: the later, the closer the contact was to being asked. */
const OBSTACLES = ["no_address", "not_verified", "resting", "may_not_answer", "is_requester"] as const;
type Obstacle = (typeof OBSTACLES)[number];

/** Why this contact may not answer now, or null when they may. */
export function obstacleOf(contact: ContactRow, need: Need): Obstacle | null {
  if (contact.email === null) return "no_address";
  if (contact.verifiedAt === null) return "not_verified";
  if (contact.restsUntil !== null && Date.parse(contact.restsUntil) > need.now.getTime()) return "resting";
  if (!roleMayAnswer(contact.role, need)) return "may_not_answer";
  return need.requesterEmails.map(mailbox).includes(mailbox(contact.email)) ? "is_requester" : null;
}

/** Who is asked: the owner of the home before another adult, an adult before a manager, then who was there first. */
export function chooseContact(contacts: readonly ContactRow[], need: Need): ContactRow | CannotAsk {
  const present = contacts
    .filter((contact) => contact.removedAt === null)
    .sort((a, b) => ORDER[a.role] - ORDER[b.role] || Date.parse(a.createdAt) - Date.parse(b.createdAt));
  const able = present.find((contact) => obstacleOf(contact, need) === null);
  if (able !== undefined) return able;

  const [closest] = present
    .map((contact) => ({ contact, obstacle: obstacleOf(contact, need) as Obstacle }))
    .sort((a, b) => OBSTACLES.indexOf(b.obstacle) - OBSTACLES.indexOf(a.obstacle));
  if (closest === undefined) {
    return { code: "no_contact", cannot: "Nobody of this home can be asked: add a contact on the site's page." };
  }
  return { code: closest.obstacle, cannot: sentence(closest.contact, closest.obstacle) };
}

function sentence({ name, role, restsUntil }: ContactRow, obstacle: Obstacle): string {
  switch (obstacle) {
    case "no_address":
      return `${name} has no email address: add one on the site's page.`;
    case "not_verified":
      return `The address of ${name} was never verified: verify it on the site's page.`;
    case "resting":
      return `The address of ${name} was changed and rests until ${restsUntil}: ask another contact, or wait.`;
    case "may_not_answer":
      return `${name} is ${role} of this home and may not allow this: add the owner or another adult of the household.`;
    case "is_requester":
      return `${name} has the address of whoever asks, and nobody answers their own question: have a colleague start it.`;
    default:
      return obstacle satisfies never;
  }
}

/** One mailbox has many spellings: capitals, and what follows a plus. */
function mailbox(email: string): string {
  const [name = "", host = ""] = email.trim().toLowerCase().split("@");
  return `${name.split("+")[0]}@${host}`;
}
