import type { RoomState } from "../live/room.ts";
import { CLOSED_WORDS } from "../words/reasons.ts";
import { ErrorMessage } from "./ErrorMessage.tsx";

/** Why a live room is no longer told: what is shown below is the last known, or nothing. */
export function RoomNotice({ state }: { state: RoomState }) {
  if (state.is !== "closed") return null;
  if (state.error) return <ErrorMessage error={state.error} />;
  return (
    <p className="line-notice" role="status">
      {state.why === null ? null : CLOSED_WORDS[state.why]}
    </p>
  );
}
