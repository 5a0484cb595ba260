import type {
  ApprovalKind,
  ApprovalStatus,
  AvailabilityValue,
  ContactRole,
  EntityKind,
  EvidenceKind,
  FreezeKind,
  GatewayState,
  GrantEnd,
  Health,
  Role,
  RunConsent,
  RunOutcome,
  RunStatus,
  Scope,
  StepStatus,
  StillNamed,
} from "@caretaker/protocol";

/** What each state is called on the technician's screen. */
export const HEALTH_WORDS: Record<Health, string> = {
  ok: "OK",
  attention: "Attention",
  problem: "Problem",
  offline: "Offline",
  maintenance: "Maintenance",
  unknown: "Unknown",
  not_monitored: "Not monitored",
};

export const GATEWAY_WORDS: Record<GatewayState, string> = {
  connecting: "Connecting",
  online: "Online",
  restarting: "Restarting",
  unreachable: "Unreachable",
  credentials_refused: "Credentials refused",
  access_withdrawn: "Access withdrawn",
  unsupported: "Not supported",
  misbehaving: "Misbehaving",
};

export const AVAILABILITY_WORDS: Record<AvailabilityValue, string> = {
  online: "Online",
  offline: "Not answering",
  unknown: "Unknown",
};

export const RUN_STATUS_WORDS: Record<RunStatus, string> = {
  queued: "Queued",
  running: "Running",
  waiting_for_consent: "Waiting for consent",
  waiting_for_answer: "Waiting for an answer",
  waiting_for_window: "Waiting for its time",
  waiting_for_timer: "Waiting",
  waiting_for_gateway: "Waiting for the gateway",
  finished: "Finished",
  cancelled: "Cancelled",
};

export const OUTCOME_WORDS: Record<RunOutcome, string> = {
  healthy: "Healthy",
  found: "Found something",
  fixed: "Fixed",
  not_fixed: "Not fixed",
  undone: "Put back as it was",
  refused: "Homeowner said no",
  no_answer: "No answer",
  needs_homeowner: "Homeowner has to act",
  needs_visit: "Needs a visit",
  unclear: "Not certain: look",
};

/** What an outcome means, in a sentence under the word. */
export const OUTCOME_MEANINGS: Record<RunOutcome, string> = {
  healthy: "Everything that was checked is as it should be. Nothing was changed.",
  found: "The checks found something. Nothing was changed.",
  fixed: "The fix was made, and the checks afterwards show that it holds.",
  not_fixed: "What was tried did not help. The evidence says what was seen.",
  undone: "The fix did not help, so what was changed was put back, and that was checked.",
  refused: "The homeowner said no. Nothing was done after that.",
  no_answer: "Nobody answered in time, and no answer is a no. Nothing was done.",
  needs_homeowner: "Only the homeowner can take the next step.",
  needs_visit: "This cannot be mended from here. Somebody has to drive.",
  unclear: "What is true now could not be told. Look at the home before doing more.",
};

export const STEP_WORDS: Record<StepStatus | "queued" | "not_needed", string> = {
  queued: "To come",
  not_needed: "Not needed",
  running: "Running",
  waiting: "Waiting",
  passed: "Passed",
  failed: "Failed",
  unknown: "Could not be told",
  fixed: "Fixed",
  uncertain: "Not certain: look",
  skipped: "Skipped",
  stopped: "Stopped",
  chosen: "Decided",
  answered: "Answered",
  unanswered: "No answer",
  allowed: "Allowed",
  refused: "Said no",
  ended: "End",
  rehearsed: "Rehearsed",
};

export const CONSENT_WORDS: Record<RunConsent["status"], string> = {
  asked: "Asked",
  allowed: "Allowed",
  refused: "Said no",
  another_time: "Another time",
  expired: "No answer",
  withdrawn: "Stopped by the homeowner",
  used: "Allowed and used",
};

export const SCOPE_WORDS: Record<Scope, string> = {
  reach: "Reach",
  view: "View",
  diagnose: "Diagnose",
  fix: "Fix",
  disruptive: "Disruptive",
};

/** Why a yes ended before its time. */
export const GRANT_ENDS: Record<GrantEnd, string> = {
  starter_left: "It ended: whoever started the run may no longer sign in.",
  link_lost: "It ended: the link to the home was lost too long while the work went on.",
  contract_ended: "It ended together with what was agreed with this home.",
  emergency_ended: "It ended: nothing is an emergency in this home any more.",
  hub_went_down: "It ended: the hub went down while it was allowed.",
  restored: "It ended: the hub was restored from a backup since.",
};

export const SCOPE_MEANINGS: Record<Scope, string> = {
  reach: "Is it online, which versions, how many alarms",
  view: "See devices, states, logs and configuration, never secrets",
  diagnose: "Active tests that change nothing lasting",
  fix: "Reversible fixes that nobody in the house notices",
  disruptive: "Felt by the household, or hard to undo: asked each time",
};

export const ROLE_WORDS: Record<Role, string> = {
  principal: "Principal",
  senior: "Senior technician",
  technician: "Technician",
  dispatcher: "Dispatcher",
};

export const ROLE_MEANINGS: Record<Role, string> = {
  principal: "Owns the firm: people, keys and everything below",
  senior: "Writes runbooks and takes sites out of service",
  technician: "Checks and fixes homes",
  dispatcher: "Plans, calls clients and sees everything; starts no runs",
};

export const EVIDENCE_WORDS: Record<EvidenceKind, string> = {
  contract: "Contract",
  signed_form: "Signed form",
  told_by_phone: "Told by phone",
};

export const CONTACT_ROLE_WORDS: Record<ContactRole, string> = {
  owner: "Owner of the home",
  adult: "Adult of the household",
  manager: "Property manager",
};

/** Kinds of things of a home, as many of them. */
export const ENTITY_KIND_WORDS: Record<EntityKind, string> = {
  light: "Lights",
  switch: "Switches",
  cover: "Blinds and covers",
  climate: "Heating and cooling",
  media: "Music and television",
  sensor: "Sensors",
  binary_sensor: "On/off sensors",
  button: "Buttons",
  update: "Updates",
  lock: "Locks",
  alarm: "Alarms",
  camera: "Cameras",
  presence: "Who is at home",
  fan: "Fans",
  vacuum: "Vacuum cleaners",
  valve: "Valves",
  scene: "Scenes",
  automation: "Automations",
  number: "Numbers",
  select: "Choices",
  text: "Texts",
  event: "Events",
  weather: "Weather",
  other: "Other things",
};

/** What is frozen, before its name. */
export const FREEZE_KIND_WORDS: Record<FreezeKind, string> = {
  firm: "The whole firm",
  site: "Site",
  connector: "Gateways of the make",
  runbook: "Runbook",
  person: "What is started by",
};

export const APPROVAL_WORDS: Record<ApprovalStatus, string> = {
  waiting: "Waits",
  given: "Approved",
  refused: "Refused",
  withdrawn: "Taken back",
  expired: "Nobody answered",
};

export const APPROVAL_KIND_WORDS: Record<ApprovalKind, string> = {
  "consent.emergency": "Allow as an emergency",
  "freeze.lift": "Lift a freeze",
  "homes.more": "More homes at once",
  "rollout.wave": "Next wave of a rollout",
  "runbook.publish": "Publish a runbook",
};

/** Where a person who is erased may still be named. */
export const STILL_NAMED_WORDS: Record<StillNamed, string> = {
  client: "the client's name, telephone or address",
  site: "the site's name or address",
  gateway: "the name or address of a gateway",
  room: "the name of a room",
  device: "the name of a device",
  entity: "the name of something in the home",
};
