import type { EntityRecord, SiteChanges, SiteRecord } from "../state/records.ts";
import { TOUCHED } from "../state/records.ts";
import { toDevice, toGateway, toIntegration, toSiteRow } from "../state/shapes.ts";

/** How each delta of a site begins. In one piece: a string that was put together is taken apart again when it is sent. */
export function headOf(site: SiteRecord, epoch: string): string {
  return Buffer.from(`{"epoch":"${epoch}","siteId":"${site.facts.id}","number":`).toString("latin1");
}

/**
 * A site's delta as JSON text, after its `headOf`. Written by hand and once per home, however many look at it: this is where an event that
 * came in leaves again, thousands of times a second.
 */
export function encodeSiteDelta(site: SiteRecord, head: string, number: number): string {
  const { changes } = site;
  let text = head + number;
  if (changes.entities.length > 0) text += `,"entities":[${encodeEntities(changes)}]`;
  if (changes.isRowChanged) text += `,"row":${JSON.stringify(toSiteRow(site))}`;
  text += list("gateways", changes.gateways, toGateway);
  text += list("integrations", changes.integrations, toIntegration);
  text += list("devices", changes.devices, toDevice);
  text += list("runs", changes.runs, ([, run]) => run);
  return `${text}}`;
}

/** Whether a delta would say anything. */
export function hasNews(changes: SiteChanges): boolean {
  return (
    changes.entities.length > 0 ||
    changes.isRowChanged ||
    changes.gateways.size > 0 ||
    changes.integrations.size > 0 ||
    changes.devices.size > 0 ||
    changes.runs.size > 0
  );
}

function list<T>(name: string, from: { readonly size: number } & Iterable<T>, toShape: (item: T) => unknown): string {
  return from.size === 0 ? "" : `,"${name}":${JSON.stringify(Array.from(from, toShape))}`;
}

function encodeEntities(changes: SiteChanges): string {
  let text = "";
  for (const entity of changes.entities)
    text += text === "" ? encodeEntity(entity, changes) : `,${encodeEntity(entity, changes)}`;
  return text;
}

function encodeEntity(entity: EntityRecord, changes: SiteChanges): string {
  const { touched, since, reportedAt } = entity;
  let text = `{"id":"${entity.id}"`;
  if (touched & TOUCHED.state) text += `,"state":${encodeState(entity.state)}`;
  if (touched & TOUCHED.availability) text += `,"availability":"${entity.availability}"`;
  if (touched & TOUCHED.attributes) text += encodeAttributes(entity, changes.attributes.get(entity));
  const isSinceTold = (touched & TOUCHED.since) !== 0;
  if (isSinceTold) text += `,"since":${encodeMoment(since)}`;
  // `since` stands for both unless `reportedAt` follows.
  if (isSinceTold ? reportedAt !== since : touched & TOUCHED.reportedAt)
    text += `,"reportedAt":${encodeMoment(reportedAt)}`;
  return `${text}}`;
}

/** Longer ones are rare, and looking at each letter of them would not pay. */
const SHORT = 24;

/** As `JSON.stringify`, which costs more than all else of an event where nothing has to be escaped. */
function encodeState(state: string | null): string {
  if (state === null) return "null";
  if (state.length > SHORT) return JSON.stringify(state);
  for (let index = 0; index < state.length; index += 1) {
    const code = state.charCodeAt(index);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return JSON.stringify(state);
  }
  return `"${state}"`;
}

const THOUSAND_SECONDS = 1_000_000;
let thousandSeconds = -1;
let thousandSecondsText = "";

/**
 * Milliseconds since 1970. Writing a number of thirteen digits is slow, and those of one frame begin alike: their first
 * seven digits are written once for all.
 */
function encodeMoment(moment: number): string {
  const thousand = Math.floor(moment / THOUSAND_SECONDS);
  const rest = moment - thousand * THOUSAND_SECONDS;
  if (thousand <= 0 || !Number.isInteger(rest)) return String(moment);
  if (thousand !== thousandSeconds) {
    thousandSeconds = thousand;
    thousandSecondsText = String(thousand);
  }
  return rest < 100_000 ? thousandSecondsText + String(rest).padStart(6, "0") : thousandSecondsText + rest;
}

function encodeAttributes(entity: EntityRecord, names: ReadonlySet<string> | undefined): string {
  const values: Record<string, unknown> = {};
  const removed: string[] = [];
  let hasValues = false;
  for (const name of names ?? []) {
    if (Object.hasOwn(entity.attributes, name)) {
      values[name] = entity.attributes[name];
      hasValues = true;
    } else removed.push(name);
  }
  const changed = hasValues ? `,"attributes":${JSON.stringify(values)}` : "";
  return removed.length === 0 ? changed : `${changed},"removedAttributes":${JSON.stringify(removed)}`;
}
