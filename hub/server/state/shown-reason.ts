import { hideable } from "./apply.ts";
import { type HiddenNames, namesOfHidden, WITHHELD } from "./hidden-names.ts";
import type { SeenThing } from "./hidden-things.ts";
import type { IntegrationRecord, SiteRecord } from "./records.ts";

/** The reason that a make gives for how an integration is, or that it names something which may not be seen. */
export function shownReason({ reason, gateway }: IntegrationRecord): string | null {
  return reason !== null && namesOf(gateway.site).isIn(reason) ? WITHHELD : reason;
}

function namesOf(site: SiteRecord): HiddenNames {
  site.hiddenNames ??= namesOfHidden(site.hiding, thingsIn(site));
  return site.hiddenNames;
}

function* thingsIn(site: SiteRecord): Generator<SeenThing> {
  for (const gateway of site.gateways.values())
    for (const entity of gateway.byKey.values()) {
      const { key, label, name, isHidden, device } = entity;
      yield { ...hideable(entity), key, label, name, isHidden, deviceKey: device?.key ?? null };
    }
}
