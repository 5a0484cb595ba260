import { CAPABILITIES, type CapabilityName, type Gateway } from "@caretaker/protocol";
import { useOperation } from "../../live/queries.ts";
import { capabilityWords } from "../../words/capabilities.ts";
import { words } from "../../words/en.ts";

/** What this make can do and what others can, so that nobody finds out by failing. */
export function WhatItCan({ gateway }: { gateway: Gateway }) {
  const makes = useOperation("connector.list", {});
  const items = makes.data?.items ?? [];
  const own = items.find(({ id }) => id === gateway.connector)?.capabilities;
  if (own === undefined) return null;
  const missing = [...new Set(items.flatMap(({ capabilities }) => capabilities))].filter((name) => !own.includes(name));
  const isRead = (name: CapabilityName): boolean => CAPABILITIES[name].kind === "read";
  return (
    <details className="what-it-can">
      <summary>{words.gateways.can}</summary>
      <dl className="facts">
        <dt>{words.gateways.looks}</dt>
        <dd>{listed(own.filter(isRead))}</dd>
        <dt>{words.gateways.acts}</dt>
        <dd>{listed(own.filter((name) => !isRead(name)))}</dd>
        {missing.length === 0 ? null : (
          <>
            <dt>{words.gateways.cannot(gateway.connectorName)}</dt>
            <dd>
              {listed(missing)}
              <p className="dim">{words.gateways.cannotText}</p>
            </dd>
          </>
        )}
      </dl>
    </details>
  );
}

function listed(names: readonly CapabilityName[]): string {
  return names.length === 0 ? words.gateways.nothing : names.map(capabilityWords).join(", ");
}
