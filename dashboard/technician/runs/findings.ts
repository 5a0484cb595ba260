import { CAPABILITIES, type CapabilityOutput, type ReadName } from "@caretaker/protocol";
import { words } from "../../words/en.ts";
import { AVAILABILITY_WORDS } from "../../words/states.ts";
import { age, day, dayAndTime } from "../../words/time.ts";
import type { StepRead } from "./timeline.ts";

type Say = { [N in ReadName]?: (output: CapabilityOutput<N>) => string };

const SAY: Say = {
  "gateway.lastSeen": ({ silentMinutes }) => words.findings.heard(silentMinutes),
  "net.resolve": ({ host, isKnown, addresses }) =>
    isKnown ? words.findings.name(host, addresses) : words.findings.noName(host),
  "net.connect": ({ closed, doors }) => words.findings.doors(closed, doors.length),
  "net.tls": ({ isTls, validTo, daysLeft }) =>
    !isTls
      ? words.findings.noTls
      : validTo === null
        ? words.findings.noEnd
        : words.findings.certificate(day(validTo), (daysLeft ?? 0) < 0),
  "device.state": ({ availability, unavailable, entities }) =>
    words.findings.device(AVAILABILITY_WORDS[availability], unavailable, entities),
  "device.link": ({ parts }) => words.findings.link(parts),
  "room.state": ({ power, source }) => words.findings.room(words.findings.power[power], source),
  "gateway.info": ({ name, version, recording, startedAt, memoryInUse }) =>
    words.findings.gateway(name, version, {
      recording,
      since: startedAt === undefined ? null : dayAndTime(startedAt),
      memoryInUse: memoryInUse ?? null,
    }),
  "integration.list": (list) => words.findings.integrations(list.ill, list.integrations.length),
  "repairs.list": (list) => words.findings.repairs(list.open),
  "log.errors": (log) => words.findings.log(log.errors, log.warnings),
  "log.changes": ({ errors, warnings, comparedWith, hasBegunAnew, isIncomplete }) =>
    words.findings.logChanges(
      words.findings.log(errors, warnings),
      comparedWith === null ? null : dayAndTime(comparedWith),
      { hasBegunAnew, isIncomplete },
    ),
  "clock.state": ({ said, driftSeconds }) => words.findings.clock(said, driftSeconds),
  "backup.info": (backup) =>
    backup.ageHours === null
      ? words.findings.noBackup
      : words.findings.backup(words.common.ago(age(backup.ageHours * 3_600_000)), backup.failed),
  "updates.list": (list) => words.findings.updates(list.waiting),
  "firmware.list": (list) => words.findings.firmware(list.outdated, list.firmware.length),
};

/** What a read found, in a sentence; what could not be read says why. */
export function findingOf(read: StepRead): string {
  if (read.error !== undefined) return read.error;
  const say = SAY[read.capability as ReadName] as ((output: unknown) => string) | undefined;
  const shape = CAPABILITIES[read.capability as ReadName]?.output.safeParse(read.output);
  return say && shape?.success ? say(shape.data) : "";
}
