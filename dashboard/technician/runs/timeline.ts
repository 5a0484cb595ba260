import type { RunEvent, RunEventData, RunStepOutline, StepKind, StepStatus } from "@caretaker/protocol";

export interface TimelineStep {
  readonly name: string;
  readonly title: string;
  readonly kind: StepKind;
  readonly status: StepStatus | "queued" | "not_needed";
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly timeoutSeconds: number | null;
  /** Everything that happened in it, in order. */
  readonly events: readonly RunEvent[];
}

interface Draft {
  name: string;
  title: string;
  kind: StepKind;
  status: TimelineStep["status"];
  startedAt: string | null;
  endedAt: string | null;
  timeoutSeconds: number | null;
  events: RunEvent[];
}

/** Where the run is: the last step that began and is not over, else the last that was over. */
export function currentStep(steps: readonly TimelineStep[]): TimelineStep | null {
  const begun = steps.filter((step) => step.startedAt !== null);
  return (
    begun.findLast((step) => step.endedAt === null) ??
    begun.reduce<TimelineStep | null>(
      (last, step) => (last && (last.endedAt ?? "") > (step.endedAt ?? "") ? last : step),
      null,
    )
  );
}

/** The steps of a run as its log tells them, and after them what may still come. */
export function timelineOf(outline: readonly RunStepOutline[], events: readonly RunEvent[]): TimelineStep[] {
  const drafts = new Map<string, Draft>(
    outline.map((step) => [step.name, emptyDraft(step.name, step.title, step.kind)]),
  );
  let current: Draft | null = null;
  let isOver = false;
  for (const event of events) {
    const { data } = event;
    const name = "step" in data ? data.step : null;
    if (name !== null) {
      current = drafts.get(name) ?? emptyDraft(name, ("title" in data ? data.title : null) ?? name, "check");
      drafts.set(name, current);
    }
    if (data.kind === "run.finished" || data.kind === "run.cancelled") isOver = true;
    else if (current) take(current, event);
  }
  return [...drafts.values()]
    .map((draft) => (isOver && draft.startedAt === null ? { ...draft, status: "not_needed" as const } : draft))
    .filter((draft) => draft.kind !== "end" || draft.startedAt !== null);
}

function emptyDraft(name: string, title: string, kind: StepKind): Draft {
  return { name, title, kind, status: "queued", startedAt: null, endedAt: null, timeoutSeconds: null, events: [] };
}

function take(draft: Draft, event: RunEvent): void {
  const { data, at } = event;
  draft.events.push(event);
  draft.startedAt ??= at;
  switch (data.kind) {
    case "step.started":
      draft.kind = data.stepKind;
      draft.title = data.title ?? draft.title;
      draft.status = "running";
      draft.endedAt = null;
      draft.timeoutSeconds = data.timeoutSeconds ?? null;
      break;
    case "step.ended":
      draft.status = data.status;
      draft.endedAt = at;
      break;
    case "question.asked":
    case "consent.asked":
    case "run.waiting":
      if (draft.endedAt === null) draft.status = "waiting";
      break;
    case "run.resumed":
      if (draft.endedAt === null) draft.status = "running";
      break;
    case "fix.uncertain":
      draft.status = "uncertain";
      break;
    default:
      break;
  }
}

export type StepRead = Extract<RunEventData, { kind: "step.read" }>;

/** The last reading of each step, in the order they were first read: the report of a health check. */
export function lastReads(events: readonly RunEvent[]): StepRead[] {
  const reads = new Map<string, StepRead>();
  for (const { data } of events) if (data.kind === "step.read") reads.set(data.step, data);
  return [...reads.values()];
}

/** What to show first of a run that is over: its last fix, since that is the proof, else nothing in particular. */
export function tellingStep(steps: readonly TimelineStep[]): TimelineStep | null {
  return steps.findLast((step) => step.kind === "fix" && step.startedAt !== null) ?? null;
}

export interface Comparison {
  readonly field: string;
  readonly unit: string | undefined;
  readonly expected: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly met: boolean | null;
}

/**
 * What a fix changed: the last reading before anything was sent beside the last one after it, field by field. Null
 * while there are not both.
 */
export function beforeAndAfter(fix: TimelineStep, events: readonly RunEvent[]): Comparison[] | null {
  const intended = fix.events.find((event) => event.data.kind === "fix.intended");
  if (!intended) return null;
  const until = fix.events.findLast(({ data }) => data.kind !== "step.resolved")?.number ?? intended.number;
  const after = lastRead(events, (event) => event.number > intended.number && event.number <= until);
  if (!after) return null;
  const before = lastRead(events, (event) => event.number < intended.number && sameFields(event.data, after));
  if (!before) return null;
  return after.measurements.map((seen) => ({
    field: seen.field,
    unit: seen.unit,
    expected: seen.expected,
    after: seen.value,
    met: seen.met,
    before: before.measurements.find((earlier) => earlier.field === seen.field)?.value,
  }));
}

function lastRead(events: readonly RunEvent[], matches: (event: RunEvent) => boolean): StepRead | null {
  const found = events.findLast((event) => event.data.kind === "step.read" && matches(event));
  return found?.data.kind === "step.read" ? found.data : null;
}

function sameFields(data: RunEventData, read: StepRead): boolean {
  return (
    data.kind === "step.read" &&
    data.capability === read.capability &&
    JSON.stringify(data.input) === JSON.stringify(read.input)
  );
}

/** How long the run took and what it needed, for its summary. */
export function summaryOf(steps: readonly TimelineStep[], events: readonly RunEvent[]) {
  const first = events[0]?.at;
  // Somebody may look what came of an uncertain step long after the end.
  const last = events.findLast(({ data }) => data.kind !== "step.resolved")?.at;
  return {
    seconds: first && last ? (Date.parse(last) - Date.parse(first)) / 1000 : 0,
    steps: steps.filter((step) => step.startedAt !== null).length,
    consents: events.filter((event) => event.data.kind === "consent.asked").length,
    acts: events.filter((event) => event.data.kind === "fix.sent").length,
  };
}
