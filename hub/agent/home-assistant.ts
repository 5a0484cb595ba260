import type { Connector } from "@caretaker/protocol";

/** The connector's id. */
export const HOME_ASSISTANT = "home-assistant";

/** The Home Assistant beside this agent, and the token by which the agent itself is let in there. */
export interface OwnHomeAssistant {
  readonly url: string;
  readonly token: string;
}

/**
 * A gateway's settings, with the agent's own token where the hub gave none: only for that very Home Assistant, so that no hub can
 * have the token carried elsewhere.
 */
export function withOwnToken(
  { manifest: { id } }: Pick<Connector, "manifest">,
  settings: Readonly<Record<string, unknown>>,
  own: OwnHomeAssistant | null,
): Readonly<Record<string, unknown>> {
  if (own === null || id !== HOME_ASSISTANT || settings.token !== undefined) return settings;
  return isSameAddress(settings.url, own.url) ? { ...settings, token: own.token } : settings;
}

function isSameAddress(one: unknown, other: string): boolean {
  if (typeof one !== "string" || !URL.canParse(one) || !URL.canParse(other)) return false;
  return new URL(one).href.replace(/\/$/, "") === new URL(other).href.replace(/\/$/, "");
}
