import type { Device, EntityId } from "@caretaker/protocol";
import { Drawer, Select, Stack, Switch } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { SiteContent } from "../../live/contents.ts";
import { useRows, useShape } from "../../live/hooks.tsx";
import { useAction } from "../../live/queries.ts";
import { ErrorMessage } from "../../ui/ErrorMessage.tsx";
import { words } from "../../words/en.ts";
import { useMay } from "../session.ts";
import { EntityLine } from "./EntityLine.tsx";

interface DeviceDrawerProps {
  readonly content: SiteContent;
  readonly device: Device | null;
  readonly entityIds: readonly EntityId[];
  readonly onClose: () => void;
}

/** All of one device, and what only a person knows of it. */
export function DeviceDrawer({ content, device, entityIds, onClose }: DeviceDrawerProps) {
  const isPhone = useMediaQuery("(max-width: 47.99em)") ?? false;
  return (
    <Drawer
      opened={device !== null}
      onClose={onClose}
      title={device?.name}
      position={isPhone ? "bottom" : "right"}
      size={isPhone ? "92%" : "30rem"}
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      {device === null ? null : (
        <Stack gap="lg">
          <DeviceFacts content={content} device={device} />
          <DeviceSettings key={device.id} content={content} device={device} />
          <section aria-label={words.devices.entities}>
            <h3 className="drawer-heading">{words.devices.entities}</h3>
            <ul className="entity-list">
              {entityIds.map((id) => (
                <EntityLine key={id} content={content} id={id} />
              ))}
            </ul>
          </section>
        </Stack>
      )}
    </Drawer>
  );
}

function DeviceFacts({ content, device }: { content: SiteContent; device: Device }) {
  const devices = useRows(content.devices);
  const integrations = useRows(content.integrations);
  const gateways = useRows(content.gateways);
  const upstream = devices.find((each) => each.id === device.upstreamId);
  const own = integrations.filter((each) => device.integrationIds.includes(each.id));
  const room = content.rooms.find((each) => each.id === device.roomId);
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    [words.devices.room, room?.name],
    [words.devices.make, [device.make, device.model].filter(Boolean).join(" ")],
    [words.devices.firmware, device.firmware],
    [words.devices.integration, own.map((each) => each.name).join(", ")],
    [words.devices.upstream, upstream?.name],
    [words.devices.gateway, gateways.find((each) => each.id === device.gatewayId)?.name],
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) =>
        value ? (
          <div key={name} className="facts-row">
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}

/** Saved with each press, on the version that is seen: somebody else's change is not overwritten. */
function DeviceSettings({ content, device }: { content: SiteContent; device: Device }) {
  const may = useMay("device.update");
  useShape(content.entities);
  const update = useAction("device.update", {
    outdates: ["site.devices"],
    // The hub tells all who watch; this browser need not wait for that.
    onDone: (changed) => content.devices.set(changed.id, changed),
  });
  const change = (what: Partial<Pick<Device, "maySleep" | "doNotTouch" | "carriesGateway" | "poweredBy">>): void =>
    update.mutate({ deviceId: device.id, version: device.version, ...what });
  const switches = content.entities
    .all()
    .filter((entity) => entity.kind === "switch" && entity.gatewayId === device.gatewayId && !entity.private)
    .map((entity) => ({ value: entity.id, label: `${entity.name} (${entity.label})` }));
  const props = { disabled: !may || update.isPending };
  return (
    <section aria-label={words.devices.settings}>
      <h3 className="drawer-heading">{words.devices.settings}</h3>
      <Stack gap="sm">
        <Select
          {...props}
          label={words.devices.poweredBy}
          description={words.devices.poweredByText}
          placeholder={words.devices.poweredByNone}
          data={switches}
          value={device.poweredBy}
          onChange={(value) => change({ poweredBy: value as EntityId | null })}
          searchable
          clearable
          clearButtonProps={{ "aria-label": words.devices.poweredByClear }}
          nothingFoundMessage={words.devices.noSwitch}
        />
        <Switch
          {...props}
          label={words.devices.maySleep}
          description={words.devices.maySleepText}
          checked={device.maySleep}
          onChange={(event) => change({ maySleep: event.currentTarget.checked })}
        />
        <Switch
          {...props}
          label={words.devices.doNotTouch}
          description={words.devices.doNotTouchText}
          checked={device.doNotTouch}
          onChange={(event) => change({ doNotTouch: event.currentTarget.checked })}
        />
        <Switch
          {...props}
          label={words.devices.carriesGateway}
          description={words.devices.carriesGatewayText}
          checked={device.carriesGateway}
          onChange={(event) => change({ carriesGateway: event.currentTarget.checked })}
        />
        <ErrorMessage error={update.error} />
      </Stack>
    </section>
  );
}
