import "./devices.css";
import type { GatewayId } from "@caretaker/protocol";
import { Button, CloseButton, Switch, TextInput } from "@mantine/core";
import { mdiDevices, mdiMagnify } from "@mdi/js";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useRows, useShape, useSite } from "../../live/hooks.tsx";
import { useCalmRows } from "../../live/use-calm-rows.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Skeletons } from "../../ui/Skeletons.tsx";
import { words } from "../../words/en.ts";
import { DeviceDrawer } from "./DeviceDrawer.tsx";
import { EntityLine } from "./EntityLine.tsx";
import { RoomOfDevices } from "./RoomOfDevices.tsx";
import { entitiesByDevice, groupByRoom, silentDevices } from "./rooms.ts";

const route = getRouteApi("/inside/sites/$siteId/devices");

/** Every device by room with what it says now. */
export function DevicesTab() {
  const { siteId } = route.useParams();
  const { q, only, device: openId } = route.useSearch();
  const navigate = route.useNavigate();
  const { content, state } = useSite(siteId);
  const devices = useRows(content.devices);
  const shape = useShape(content.entities);
  // Which entities belong to which device does not change with their states.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape stands for the set of entities
  const index = useMemo(() => entitiesByDevice(content.entities.all()), [content, shape]);
  const calm = useCalmRows(content.entities);
  const silent = useMemo(() => silentDevices(devices, calm), [devices, calm]);
  const gateways = useRows(content.gateways);
  const away = gateways.filter((gateway) => gateway.state !== "online");
  const gatewayName = useCallback(
    (gatewayId: GatewayId) => (gateways.length > 1 ? gateways.find(({ id }) => id === gatewayId)?.name : undefined),
    [gateways],
  );
  const isAll = q === undefined && only === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape stands for the set of entities
  const rooms = useMemo(
    () =>
      groupByRoom(content.rooms, devices, {
        search: q ?? "",
        keep: only === "ill" ? silent : null,
        gatewayName,
        loose: isAll ? content.entities.all().filter(({ deviceId }) => deviceId === null) : [],
      }),
    [content, devices, q, only, silent, gatewayName, isAll, shape],
  );
  const placed = new Set(rooms.flatMap(({ entities }) => entities));
  const loose = isAll ? index.loose.filter((id) => !placed.has(id)) : [];
  // A gateway that is away takes nothing with it of what hangs on another.
  const isStale = ({ gatewayId }: { readonly gatewayId: GatewayId }): boolean =>
    state.is !== "live" || away.some(({ id }) => id === gatewayId);
  const open = devices.find((device) => device.id === openId);
  if (state.is === "loading") return <Skeletons rows={6} height={64} />;
  if (devices.length === 0) {
    return <EmptyState icon={mdiDevices} title={words.devices.empty} text={words.devices.emptyText} />;
  }
  const search = (next: { q?: string; only?: "ill" }): void =>
    void navigate({ search: (before) => ({ ...before, q: undefined, only: undefined, ...next }), replace: true });
  return (
    <>
      <div className="device-tools">
        <TextInput
          type="search"
          className="device-search"
          aria-label={words.devices.search}
          placeholder={words.devices.search}
          value={q ?? ""}
          onChange={(event) =>
            search({
              ...(event.currentTarget.value ? { q: event.currentTarget.value } : {}),
              ...(only ? { only } : {}),
            })
          }
          leftSection={<Icon path={mdiMagnify} />}
          rightSection={
            q === undefined ? null : <CloseButton size="sm" aria-label={words.fleet.clear} onClick={() => search({})} />
          }
        />
        <Switch
          label={words.devices.onlySilent(silent.size)}
          checked={only === "ill"}
          onChange={(event) =>
            search({
              ...(q === undefined ? {} : { q }),
              ...(event.currentTarget.checked ? { only: "ill" as const } : {}),
            })
          }
        />
      </div>
      {rooms.length === 0 ? (
        <EmptyState icon={mdiMagnify} title={words.devices.noMatch}>
          <Button variant="default" onClick={() => search({})}>
            {words.devices.showAll}
          </Button>
        </EmptyState>
      ) : null}
      {away.length > 0 ? (
        <p className="line-notice">{words.devices.away(away.map((gateway) => gateway.name).join(", "))}</p>
      ) : null}
      <div className="rooms">
        {rooms.map((room) => (
          <RoomOfDevices
            key={room.key}
            room={room}
            content={content}
            index={index}
            gatewayOf={(device) => gatewayName(device.gatewayId)}
            isStale={isStale}
            onOpen={(device) =>
              void navigate({ search: (before) => ({ ...before, device: device.id }), replace: true })
            }
          />
        ))}
        {loose.length > 0 ? (
          <section className="room" aria-label={words.devices.loose}>
            <h2 className="room-name">
              {words.devices.loose} <span className="dim">{loose.length}</span>
            </h2>
            <ul className="entity-list room-card">
              {loose.map((id) => (
                <EntityLine
                  key={id}
                  content={content}
                  id={id}
                  gatewayOf={({ gatewayId }) => gatewayName(gatewayId)}
                  isStale={isStale}
                />
              ))}
            </ul>
          </section>
        ) : null}
      </div>
      <DeviceDrawer
        content={content}
        device={open ?? null}
        entityIds={open ? (index.byDevice.get(open.id) ?? []) : []}
        onClose={() => void navigate({ search: (before) => ({ ...before, device: undefined }), replace: true })}
      />
    </>
  );
}
