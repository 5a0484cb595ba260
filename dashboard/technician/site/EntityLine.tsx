import type { EntityId, EntityState } from "@caretaker/protocol";
import { mdiLockOutline } from "@mdi/js";
import type { SiteContent } from "../../live/contents.ts";
import { useRow } from "../../live/hooks.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Since } from "../../ui/Since.tsx";
import { words } from "../../words/en.ts";
import { stateWords } from "../../words/entities.ts";

interface EntityLineProps {
  readonly content: SiteContent;
  readonly id: EntityId;
  /** What its gateway is called, where that is to be said. */
  readonly gatewayOf?: (entity: EntityState) => string | undefined;
  /** What is shown of it is the last known. */
  readonly isStale?: (entity: EntityState) => boolean;
}

/** One entity as it is now; a private one shows only whether it answers. */
export function EntityLine({ content, id, gatewayOf, isStale }: EntityLineProps) {
  const entity = useRow(content.entities, id);
  if (!entity) return null;
  const gateway = gatewayOf?.(entity);
  const stale = isStale?.(entity) === true;
  return (
    <li
      className="entity"
      data-availability={entity.availability}
      data-stale={stale || undefined}
      title={stale ? words.common.stale : undefined}
    >
      <span className="entity-name">
        {entity.name}
        <span>
          <code className="entity-label">{entity.label}</code>
          {gateway === undefined ? null : <span className="device-gateway">{gateway}</span>}
        </span>
      </span>
      <span className="entity-state">
        {entity.private ? (
          <span title={words.devices.private} className="entity-private">
            <Icon path={mdiLockOutline} size={14} />
            <span className="visually-hidden">{words.devices.private}</span>
          </span>
        ) : null}
        {stateWords(entity)}
      </span>
      <span className="entity-since">{entity.since === null ? null : <Since moment={entity.since} />}</span>
    </li>
  );
}
