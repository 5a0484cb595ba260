import { z } from "zod";
import { Approval } from "./approvals.ts";
import { ConsentAnswer, ConsentView, HomeJournal, HomeQuestionView, LinkToken, PhoneQuestion } from "./consent.ts";
import { EMERGENCY_ACTS, EmergencyAct, EmergencyConsent, EmergencyEvidence } from "./emergency.ts";
import { HomePhones } from "./household.ts";
import { ConsentRequestId, ContactId, DeviceId, GatewayId, Moment, PlanId, RoomId, RunId, SiteId } from "./ids.ts";
import { EntityKind } from "./model.ts";
import { operation } from "./operation.ts";
import { Answer } from "./question.ts";
import { ActionCapability, EvidenceKind, ScopeRaise } from "./scopes.ts";
import { Contact, ContactRole, Name, Phone } from "./sites.ts";
import { Language } from "./text.ts";
import { DeviceClass, ViewLimit } from "./view-limits.ts";

const everyone = { roles: ["principal", "senior", "technician", "dispatcher"] } as const;
const reviewers = { roles: ["principal", "senior"] } as const;
const fixers = { roles: ["principal", "senior", "technician"] } as const;

/** The phone on which a contact may be asked, in the home's own app. */
export const ContactPhone = z.object({
  contactId: ContactId,
  gatewayId: GatewayId,
  phone: z.string(),
  userId: z.string(),
  userName: z.string(),
  setAt: Moment,
  /** Nothing can be answered there before. */
  restsUntil: Moment,
});
export type ContactPhone = z.infer<typeof ContactPhone>;

/** Which parts of a home, and how we know that the homeowner said so. */
const ViewParts = z.strictObject({
  siteId: SiteId,
  rooms: z.array(RoomId).max(200).default([]),
  kinds: z.array(EntityKind).max(50).default([]),
  classes: z.array(DeviceClass).max(50).default([]),
  evidence: EvidenceKind,
  evidenceNote: z.string().trim().max(500).optional(),
  givenBy: Name,
});

/** Who can be asked, how people of a home are asked there, and how they ask to be called. */
export const householdOperations = {
  "contact.update": operation({
    path: "PATCH /sites/{siteId}/contacts/{contactId}",
    summary:
      "Change a contact; who gets another address, phone or more to answer is told at the old address and rests for a day",
    input: z.strictObject({
      siteId: SiteId,
      contactId: ContactId,
      name: Name.optional(),
      role: ContactRole.optional(),
      language: Language.optional(),
      email: z.email().max(200).nullable().optional(),
      phone: Phone.nullable().optional(),
      /** How we know that a new address is theirs. Without it the address has to be verified. */
      verifiedBecause: z.string().trim().min(3).max(300).optional(),
    }),
    output: Contact,
    needs: { who: everyone, on: "site", freshFactor: true, noKeys: true },
    ledger: ["contact.changed", "contact.verified"],
  }),
  "contact.remove": operation({
    path: "DELETE /sites/{siteId}/contacts/{contactId}",
    summary: "Ask a contact no more, and tell them; the last who may answer only knowingly",
    input: z.strictObject({
      siteId: SiteId,
      contactId: ContactId,
      reason: z.string().trim().min(3).max(300),
      /** Whoever removes knows that nobody is left who could allow what this contact could. */
      leavesNobody: z.boolean().default(false),
    }),
    output: z.object({}),
    needs: { who: everyone, on: "site", freshFactor: true, noKeys: true },
    ledger: ["contact.removed"],
  }),
  "phone.list": operation({
    path: "GET /gateways/{gatewayId}/phones",
    summary: "The phones that a gateway can ask, and whose they may be",
    input: z.strictObject({ gatewayId: GatewayId }),
    output: HomePhones,
    needs: { who: fixers, on: "gateway" },
  }),
  "contact.phone.list": operation({
    path: "GET /sites/{siteId}/phones",
    summary: "Which contacts may be asked on a phone",
    input: z.strictObject({ siteId: SiteId }),
    output: z.object({ items: z.array(ContactPhone) }),
    needs: { who: everyone, on: "site" },
  }),
  "contact.phone.set": operation({
    path: "PUT /sites/{siteId}/contacts/{contactId}/phone",
    summary: "Say on which phone a contact agreed to be asked; it rests for a day, and the contact is told",
    input: z.strictObject({
      siteId: SiteId,
      contactId: ContactId,
      gatewayId: GatewayId,
      phone: z.string().min(1).max(200),
      userId: z.string().min(1).max(100),
      /** How they agreed to it. */
      because: z.string().trim().min(3).max(300),
    }),
    output: ContactPhone,
    needs: { who: everyone, on: "site", freshFactor: true, noKeys: true },
    ledger: ["contact.changed"],
  }),
  "contact.phone.remove": operation({
    path: "DELETE /sites/{siteId}/contacts/{contactId}/phone",
    summary: "Ask a contact on no phone any more; the contact is told",
    input: z.strictObject({ siteId: SiteId, contactId: ContactId }),
    output: z.object({}),
    needs: { who: everyone, on: "site" },
    ledger: ["contact.changed"],
  }),
  "raise.list": operation({
    path: "GET /sites/{siteId}/raises",
    summary: "Where more has to be allowed than the catalogue of the make says",
    input: z.strictObject({ siteId: SiteId }),
    /** `planId`: the plan by which the home is looked after; its raises are among the items. */
    output: z.object({ items: z.array(ScopeRaise), planId: PlanId.nullable() }),
    needs: { who: everyone, on: "site" },
  }),
  "raise.set": operation({
    path: "PUT /sites/{siteId}/raises",
    summary:
      "Raise what acts on a device, or in the whole home, need: all of them, or those of one kind; it never lowers",
    input: z.strictObject({
      siteId: SiteId,
      deviceId: DeviceId.optional(),
      /** Only acts of this kind. */
      capability: ActionCapability.optional(),
      scope: z.enum(["fix", "disruptive"]).nullable(),
      private: z.boolean().default(false),
      reason: z.string().trim().min(3).max(300),
    }),
    output: z.object({ items: z.array(ScopeRaise) }),
    needs: { who: fixers, on: "site" },
    ledger: ["scopes.raised"],
  }),
  "raise.lift": operation({
    path: "POST /sites/{siteId}/raises/lift",
    summary: "Take a raise back: what the catalogue says holds again",
    input: z.strictObject({
      siteId: SiteId,
      deviceId: DeviceId.optional(),
      capability: ActionCapability.optional(),
      reason: z.string().trim().min(3).max(300),
    }),
    output: z.object({ items: z.array(ScopeRaise) }),
    needs: { who: reviewers, on: "site", freshFactor: true },
    ledger: ["scopes.raise_lifted"],
  }),
  "emergency.get": operation({
    path: "GET /sites/{siteId}/emergency",
    summary: "What the household agreed to for emergencies; null where nothing was",
    input: z.strictObject({ siteId: SiteId }),
    output: z.object({ emergency: EmergencyConsent.nullable() }),
    needs: { who: everyone, on: "site" },
  }),
  "emergency.set": operation({
    path: "PUT /sites/{siteId}/emergency",
    summary: "Record what the household agreed to in writing for emergencies; it is told, and this rests for a day",
    input: z.strictObject({
      siteId: SiteId,
      capabilities: z.array(EmergencyAct).min(1).max(EMERGENCY_ACTS.length),
      atNight: z.boolean().default(false),
      evidence: EmergencyEvidence,
      evidenceNote: z.string().trim().max(500).optional(),
      givenBy: Name,
    }),
    output: z.object({ emergency: EmergencyConsent.nullable() }),
    needs: { who: reviewers, on: "site", freshFactor: true, noKeys: true },
    ledger: ["emergency.agreed"],
  }),
  "emergency.end": operation({
    path: "POST /sites/{siteId}/emergency/end",
    summary: "Nothing is an emergency here any more, at once: also not what was allowed as one and still goes on",
    input: z.strictObject({ siteId: SiteId, reason: z.string().trim().min(3).max(300) }),
    output: z.object({ emergency: EmergencyConsent.nullable() }),
    needs: { who: everyone, on: "site" },
    ledger: ["emergency.ended"],
  }),
  "consent.emergency": operation({
    path: "POST /runs/{runId}/consents/{requestId}/emergency",
    summary:
      "Ask a second person to allow as an emergency what nobody of the home has answered yet, where the household agreed to that",
    input: z.strictObject({ runId: RunId, requestId: ConsentRequestId, reason: z.string().trim().min(10).max(300) }),
    output: Approval,
    needs: { who: fixers, on: "run", freshFactor: true, noKeys: true },
    ledger: ["approval.requested", "consent.emergency"],
  }),
  "view.get": operation({
    path: "GET /sites/{siteId}/view",
    summary: "Which rooms and kinds of things the homeowner leaves out of what we see",
    input: z.strictObject({ siteId: SiteId }),
    output: z.object({ limits: z.array(ViewLimit) }),
    needs: { who: everyone, on: "site" },
  }),
  "view.narrow": operation({
    path: "POST /sites/{siteId}/view/narrow",
    summary: "Leave rooms or kinds of things out of what we see, at once: whether they answer is all that stays",
    input: ViewParts,
    output: z.object({ limits: z.array(ViewLimit) }),
    needs: { who: everyone, on: "site" },
    ledger: ["view.narrowed"],
  }),
  "view.widen": operation({
    path: "POST /sites/{siteId}/view/widen",
    summary: "Record that the homeowner lets us see rooms or kinds of things again",
    input: ViewParts,
    output: z.object({ limits: z.array(ViewLimit) }),
    needs: { who: everyone, on: "site", freshFactor: true },
    ledger: ["view.widened"],
  }),
  "journal.ask": operation({
    path: "POST /consent/{token}/journal",
    summary: "Whoever was asked wishes to read the journal of the home: a fresh link goes to their mailbox",
    input: z.strictObject({ token: LinkToken }),
    output: z.object({}),
    needs: { who: "link", on: "request" },
  }),
  "journal.open": operation({
    path: "POST /journal/{token}",
    summary: "The journal of a home, newest first, page by page; the link holds for a day from the first opening on",
    input: z.strictObject({ token: LinkToken, before: z.int().min(1).max(2_147_483_647).optional() }),
    output: HomeJournal,
    needs: { who: "link", on: "request" },
  }),
  "contact.journal.send": operation({
    path: "POST /sites/{siteId}/contacts/{contactId}/journal",
    summary: "Send somebody of the home a fresh link to its journal; nobody else sees the link",
    input: z.strictObject({ siteId: SiteId, contactId: ContactId }),
    output: z.object({}),
    needs: { who: fixers, on: "site" },
  }),
  "question.view": operation({
    path: "GET /questions/{token}",
    summary: "What a run would like to know, as the homeowner's page shows it",
    input: z.strictObject({ token: LinkToken }),
    output: HomeQuestionView,
    needs: { who: "link", on: "request" },
  }),
  "question.opened": operation({
    path: "POST /questions/{token}/opened",
    summary: "A person opened the page of a question",
    input: z.strictObject({ token: LinkToken }),
    output: z.object({}),
    needs: { who: "link", on: "request" },
  }),
  "question.answer": operation({
    path: "POST /questions/{token}/answer",
    summary: "Answer it: the first answer counts, and allows nothing",
    input: z.strictObject({ token: LinkToken, answer: Answer }),
    output: HomeQuestionView,
    needs: { who: "link", on: "request" },
  }),
  "consent.phone.get": operation({
    path: "GET /runs/{runId}/consents/{requestId}/phone",
    summary: "What to read aloud when a homeowner answers on the phone, word for word as they were asked",
    input: z.strictObject({ runId: RunId, requestId: ConsentRequestId }),
    output: PhoneQuestion,
    needs: { who: fixers, on: "run" },
  }),
  "consent.phone.answer": operation({
    path: "POST /runs/{runId}/consents/{requestId}/phone",
    summary:
      "Write down what they said on the phone. A yes sends them a message at once with which they can stop it; never for what is private",
    input: z.strictObject({
      runId: RunId,
      requestId: ConsentRequestId,
      answer: ConsentAnswer,
      /** Of what was read aloud. */
      proposalCode: z.string().max(20),
      number: Phone,
      knownBy: z.string().trim().min(3).max(300),
    }),
    output: z.object({}),
    needs: { who: fixers, on: "run", freshFactor: true, noKeys: true },
    ledger: ["consent.allowed", "consent.refused", "consent.another_time"],
  }),
  "consent.call_me": operation({
    path: "POST /consent/{token}/call-me",
    summary: "The homeowner wishes to be called",
    input: z.strictObject({ token: LinkToken }),
    output: ConsentView,
    needs: { who: "link", on: "request" },
    ledger: ["consent.call_asked"],
  }),
} as const;
