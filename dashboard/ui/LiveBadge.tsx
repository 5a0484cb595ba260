import { Button } from "@mantine/core";
import { mdiPause, mdiPlay } from "@mdi/js";
import { useLine, useMirror } from "../live/hooks.tsx";
import { words } from "../words/en.ts";
import { Icon } from "./Icon.tsx";
import { Popup } from "./Popup.tsx";

const TEXTS = {
  connecting: [words.live.connecting, words.live.reconnectingText],
  live: [words.live.live, words.live.liveText],
  reconnecting: [words.live.reconnecting, words.live.reconnectingText],
  closed: [words.live.closed, words.live.closedText],
} as const;

/** The state of the live line, always in sight, and the switch that holds the screen still. */
export function LiveBadge() {
  const mirror = useMirror();
  const { line, isPaused, missed } = useLine();
  const [word, text] = TEXTS[line];
  const state = isPaused && line === "live" ? "paused" : line;
  const content = (
    <>
      <span className="live-dot" aria-hidden="true" />
      <span aria-live="polite">{state === "paused" ? words.live.paused : word}</span>
      {isPaused && missed > 0 ? <span className="live-missed">{missed > 999 ? "999+" : missed}</span> : null}
    </>
  );
  return (
    <Popup button={{ className: "live-badge", content, state }} label={word} className="live-popup">
      {() => (
        <>
          <p className="popup-text">{isPaused ? words.live.missed(missed) : text}</p>
          {isPaused ? (
            <Button size="xs" onClick={() => mirror.resume()} leftSection={<Icon path={mdiPlay} size={16} />}>
              {words.live.resume}
            </Button>
          ) : (
            <Button
              size="xs"
              variant="default"
              onClick={() => mirror.pause()}
              leftSection={<Icon path={mdiPause} size={16} />}
            >
              {words.live.pause}
            </Button>
          )}
        </>
      )}
    </Popup>
  );
}
