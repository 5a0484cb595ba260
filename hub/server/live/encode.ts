import type { EntityRecord, SiteChanges, SiteRecord } from "../state/records.ts";
import { TOUCHED } from "../state/records.ts";
import { toDevice, toGateway, toIntegration, toSiteRow } from "../state/shapes.ts";

/**
 * A site's delta as JSON text. Written by hand and once per home, however many look at it: this is where an event that
 * came in leaves again, thousands of times a second.
 */
export function encodeSiteDelta(site: SiteRecord, epoch: string, number: number): string {
  const { changes } = site;
  let text = `{"epoch":"${epoch}","number":${number},"siteId":"${site.facts.id}"`;
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
  for (const entity of changes.entities) {
    if (text !== "") text += ",";
    text += encodeEntity(entity, changes);
  }
  return text;
}

function encodeEntity(entity: EntityRecord, changes: SiteChanges): string {
  const { touched } = entity;
  let text = `{"id":"${entity.id}"`;
  if (touched & TOUCHED.state) text += `,"state":${JSON.stringify(entity.state)}`;
  if (touched & TOUCHED.availability) text += `,"availability":"${entity.availability}"`;
  if (touched & TOUCHED.attributes) text += encodeAttributes(entity, changes.attributes.get(entity));
  if (touched & TOUCHED.since) text += `,"since":${entity.since}`;
  if (touched & TOUCHED.reportedAt) text += `,"reportedAt":${entity.reportedAt}`;
  return `${text}}`;
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
