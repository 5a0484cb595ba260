import type { Cancel, Clock } from "@caretaker/protocol";
import type { WebSocket } from "ws";

const PING_EVERY = 15_000;
const ANSWER_WITHIN = 10_000;

/**
 * Pings the other side, and cuts a line that does not answer: a half-open one is found within half a minute. Tells how
 * long an answer took, in milliseconds. Returns what stops it.
 */
export function keepAlive(socket: WebSocket, clock: Clock, tell: (roundTrip: number) => void = () => {}): () => void {
  let cancel: Cancel = () => {};
  let sentAt = 0;
  const ping = (): void => {
    sentAt = clock.monotonic();
    socket.ping();
    cancel = clock.after(ANSWER_WITHIN, () => socket.terminate());
  };
  const handlePong = (): void => {
    cancel();
    tell(clock.monotonic() - sentAt);
    cancel = clock.after(PING_EVERY, ping);
  };
  socket.on("pong", handlePong);
  cancel = clock.after(PING_EVERY, ping);
  return () => {
    cancel();
    socket.off("pong", handlePong);
  };
}
