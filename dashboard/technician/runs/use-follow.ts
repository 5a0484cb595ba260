import { useEffect, useRef, useState } from "react";

/**
 * Keeps the newest evidence in sight while something comes, until the person scrolls: then the screen is theirs until
 * they ask to follow again. While somebody is asked, it is the question that is kept in sight: nothing moves without it.
 */
export function useFollow(
  isFollowing: boolean,
  isOver: boolean,
  beat: number,
  asked: number,
): { isHeld: boolean; release: () => void } {
  const isOn = isFollowing && !isOver;
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (!isOn || isHeld) return;
    const hold = (): void => setHeld(true);
    const handleKey = (event: KeyboardEvent): void => {
      if (["PageUp", "PageDown", "Home", "End"].includes(event.key)) hold();
    };
    addEventListener("wheel", hold, { passive: true });
    addEventListener("touchmove", hold, { passive: true });
    addEventListener("keydown", handleKey);
    return () => {
      removeEventListener("wheel", hold);
      removeEventListener("touchmove", hold);
      removeEventListener("keydown", handleKey);
    };
  }, [isOn, isHeld]);
  useEffect(() => {
    if (!isOn || isHeld || beat === 0) return;
    const asks = asked > 0 ? document.querySelector(".consent-row[data-open]") : null;
    (asks ?? document.querySelector("[data-newest]"))?.scrollIntoView({ block: "nearest" });
  }, [isOn, isHeld, beat, asked]);
  const wasOn = useRef(isOn);
  useEffect(() => {
    // What became of it stands at the top.
    if (wasOn.current && !isOn && isOver && !isHeld) scrollTo({ top: 0 });
    wasOn.current = isOn;
  }, [isOn, isOver, isHeld]);
  return { isHeld: isOn && isHeld, release: () => setHeld(false) };
}
