import type { EntityId } from "@caretaker/protocol";
import { mdiLockOutline } from "@mdi/js";
import type { SiteContent } from "../../live/contents.ts";
import { useRow } from "../../live/hooks.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Since } from "../../ui/Since.tsx";
import { words } from "../../words/en.ts";
import { stateWords } from "../../words/entities.ts";

/** One entity as it is now; a private one shows only whether it answers. */
export function EntityLine({ content, id }: { content: SiteContent; id: EntityId }) {
  const entity = useRow(content.entities, id);
  if (!entity) return null;
  return (
    <li className="entity" data-availability={entity.availability}>
      <span className="entity-name">
        {entity.name}
        <code className="entity-label">{entity.label}</code>
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
