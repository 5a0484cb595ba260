import type { Device, EntityId, EntityState } from "@caretaker/protocol";
import { mdiHandBackLeftOffOutline, mdiLanConnect, mdiPowerPlugOutline, mdiSleep } from "@mdi/js";
import type { SiteContent } from "../../live/contents.ts";
import { useEntities } from "../../live/hooks.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { AVAILABILITY_LOOKS } from "../../ui/looks.ts";
import { words } from "../../words/en.ts";
import { stateWords } from "../../words/entities.ts";
import { deviceIcon, tellingStates } from "./device-looks.ts";
import { EntityLine } from "./EntityLine.tsx";
import type { EntityIndex, RoomGroup } from "./rooms.ts";

const NO_ENTITIES: readonly EntityId[] = [];

type OfGateway = Pick<Device, "gatewayId">;

interface RoomOfDevicesProps {
  readonly room: RoomGroup;
  readonly content: SiteContent;
  readonly index: EntityIndex;
  /** What its gateway is called; undefined where a home has only one. */
  readonly gatewayOf: (thing: OfGateway) => string | undefined;
  /** What is shown of it is the last known: its gateway is away, or the line is. */
  readonly isStale: (thing: OfGateway) => boolean;
  readonly onOpen: (device: Device) => void;
}

export function RoomOfDevices({ room, content, index, gatewayOf, isStale, onOpen }: RoomOfDevicesProps) {
  return (
    <section className="room" aria-label={room.name}>
      <h2 className="room-name">
        {room.name}
        {room.floor === null ? null : <span className="dim">{room.floor}</span>}
        <span className="dim num">{room.devices.length + room.entities.length}</span>
      </h2>
      <ul className="room-card">
        {room.devices.map((device) => (
          <DeviceLine
            key={device.id}
            device={device}
            content={content}
            ids={index.byDevice.get(device.id) ?? NO_ENTITIES}
            gateway={gatewayOf(device)}
            isStale={isStale(device)}
            onOpen={onOpen}
          />
        ))}
        {room.entities.map((id) => (
          <EntityLine key={id} content={content} id={id} gatewayOf={gatewayOf} isStale={isStale} />
        ))}
      </ul>
    </section>
  );
}

interface DeviceLineProps {
  readonly device: Device;
  readonly content: SiteContent;
  readonly ids: readonly EntityId[];
  readonly gateway: string | undefined;
  readonly isStale: boolean;
  readonly onOpen: (device: Device) => void;
}

function DeviceLine({ device, content, ids, gateway, isStale, onOpen }: DeviceLineProps) {
  const entities = useEntities(content, ids);
  const silent = entities.filter((entity) => entity.availability === "offline").length;
  const isSilent = entities.length > 0 && silent === entities.length;
  const tone = isSilent ? (device.maySleep ? "quiet" : "bad") : silent > 0 ? "warn" : "good";
  return (
    <li>
      <button
        type="button"
        className="device"
        data-tone={tone}
        data-gone={device.gone || undefined}
        data-stale={isStale || undefined}
        title={isStale ? words.common.stale : undefined}
        onClick={() => onOpen(device)}
      >
        <span className="device-icon">
          <Icon path={deviceIcon(device, entities)} size={19} />
        </span>
        <span className="device-main">
          <span className="device-name">{device.name}</span>
          <span className="device-make">
            <span>{[device.make, device.model].filter(Boolean).join(" ")}</span>
            {gateway === undefined ? null : <span className="device-gateway">{gateway}</span>}
          </span>
        </span>
        <Marks device={device} />
        <span className="device-state">
          {device.gone ? (
            words.devices.gone
          ) : isSilent ? (
            <Silent isAsleep={device.maySleep} />
          ) : (
            <Gist entities={entities} />
          )}
          {silent > 0 && !isSilent ? (
            <span className="device-partly">{words.devices.partly(silent, entities.length)}</span>
          ) : null}
        </span>
      </button>
    </li>
  );
}

function Silent({ isAsleep }: { isAsleep: boolean }) {
  return (
    <span className="device-silent">
      <Icon path={isAsleep ? mdiSleep : AVAILABILITY_LOOKS.offline.icon} size={16} />
      {isAsleep ? words.devices.asleep : AVAILABILITY_LOOKS.offline.word}
    </span>
  );
}

/** The one or two states that tell how the device is. */
function Gist({ entities }: { entities: readonly EntityState[] }) {
  const telling = tellingStates(entities);
  if (telling.length === 0) return <span className="device-gist dim">{AVAILABILITY_LOOKS.online.word}</span>;
  return telling.map((entity) => (
    <span key={entity.id} className="device-gist" title={entity.name}>
      {stateWords(entity)}
    </span>
  ));
}

/** What people said of this device. */
export function Marks({ device }: { device: Device }) {
  return (
    <span className="device-marks">
      {device.doNotTouch ? <MarkIcon path={mdiHandBackLeftOffOutline} word={words.devices.doNotTouch} /> : null}
      {device.carriesGateway ? <MarkIcon path={mdiLanConnect} word={words.devices.carriesGateway} /> : null}
      {device.poweredBy !== null ? <MarkIcon path={mdiPowerPlugOutline} word={words.devices.powered} /> : null}
      {device.maySleep ? <MarkIcon path={mdiSleep} word={words.devices.maySleep} /> : null}
    </span>
  );
}

function MarkIcon({ path, word }: { path: string; word: string }) {
  return (
    <span title={word} className="device-mark">
      <Icon path={path} size={16} />
      <span className="visually-hidden">{word}</span>
    </span>
  );
}
