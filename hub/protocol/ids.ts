import { z } from "zod";

/**
 * Ids are UUIDs of version 7 made by the hub, so they sort by time. Each noun has a brand of its own: a gateway's id
 * cannot be handed over as a site's.
 */
export const ClientId = z.uuid().brand<"ClientId">();
export type ClientId = z.infer<typeof ClientId>;
export const SiteId = z.uuid().brand<"SiteId">();
export type SiteId = z.infer<typeof SiteId>;
/** A level of aftercare. */
export const PlanId = z.uuid().brand<"PlanId">();
export type PlanId = z.infer<typeof PlanId>;
export const ContactId = z.uuid().brand<"ContactId">();
export type ContactId = z.infer<typeof ContactId>;
export const GatewayId = z.uuid().brand<"GatewayId">();
export type GatewayId = z.infer<typeof GatewayId>;
export const IntegrationId = z.uuid().brand<"IntegrationId">();
export type IntegrationId = z.infer<typeof IntegrationId>;
export const RoomId = z.uuid().brand<"RoomId">();
export type RoomId = z.infer<typeof RoomId>;
export const DeviceId = z.uuid().brand<"DeviceId">();
export type DeviceId = z.infer<typeof DeviceId>;
export const EntityId = z.uuid().brand<"EntityId">();
export type EntityId = z.infer<typeof EntityId>;
export const RunId = z.uuid().brand<"RunId">();
export type RunId = z.infer<typeof RunId>;
export const AttemptId = z.uuid().brand<"AttemptId">();
export type AttemptId = z.infer<typeof AttemptId>;
export const ConsentRequestId = z.uuid().brand<"ConsentRequestId">();
export type ConsentRequestId = z.infer<typeof ConsentRequestId>;
/** A person who signs in: better-auth's user id, a UUID as well. */
export const PersonId = z.uuid().brand<"PersonId">();
export type PersonId = z.infer<typeof PersonId>;
export const InvitationId = z.uuid().brand<"InvitationId">();
export type InvitationId = z.infer<typeof InvitationId>;
export const ApiKeyId = z.uuid().brand<"ApiKeyId">();
export type ApiKeyId = z.infer<typeof ApiKeyId>;
/** A browser that is signed in: better-auth's session id. */
export const SessionId = z.uuid().brand<"SessionId">();
export type SessionId = z.infer<typeof SessionId>;
export const MessageId = z.uuid().brand<"MessageId">();
export type MessageId = z.infer<typeof MessageId>;
/** Something that waits for a second person. */
export const ApprovalId = z.uuid().brand<"ApprovalId">();
export type ApprovalId = z.infer<typeof ApprovalId>;
/** One runbook in several homes. */
export const RolloutId = z.uuid().brand<"RolloutId">();
export type RolloutId = z.infer<typeof RolloutId>;
/** Something that is ill in a home. */
export const FindingId = z.uuid().brand<"FindingId">();
export type FindingId = z.infer<typeof FindingId>;
/** What is begun by itself. */
export const RuleId = z.uuid().brand<"RuleId">();
export type RuleId = z.infer<typeof RuleId>;

/** `connector/name` or `name`, as in `home-assistant/dead-bridge`. */
export const RunbookId = z
  .string()
  .max(120)
  .regex(/^[a-z][a-z0-9-]*(\/[a-z][a-z0-9-]*)?$/, "is lower-case words with dashes, such as home-assistant/dead-bridge")
  .brand<"RunbookId">();
export type RunbookId = z.infer<typeof RunbookId>;

/** What a make calls a thing: unique within one gateway and kind. Never shown as a name. */
export const Key = z.string().min(1).max(300);
export type Key = z.infer<typeof Key>;

/** A moment in UTC, ISO 8601 with milliseconds, such as `2026-11-23T19:04:05.000Z`. */
export const Moment = z.iso.datetime({ precision: 3 });
export type Moment = z.infer<typeof Moment>;
