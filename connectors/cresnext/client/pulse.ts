import type { Cancel, Clock, DialedSocket } from "@caretaker/protocol";

const EVERY_SECONDS = 15;
const ANSWER_SECONDS = 10;

/** Pings a line every 15 s and gives it 10 s; whatever is heard meanwhile counts as an answer. Returns how to stop. */
export function keepAsking(clock: Clock, socket: DialedSocket, silent: () => void): Cancel {
  let heard = 0;
  let cancel: Cancel = () => {};
  const hear = (): void => {
    heard += 1;
  };
  socket.on("pong", hear);
  socket.on("message", hear);
  const wait = (seconds: number, then: () => void): void => {
    cancel = clock.after(seconds * 1000, then);
  };
  const beat = (): void => {
    const before = heard;
    socket.ping();
    wait(ANSWER_SECONDS, () => {
      if (heard === before) silent();
      else wait(EVERY_SECONDS - ANSWER_SECONDS, beat);
    });
  };
  wait(EVERY_SECONDS, beat);
  return () => cancel();
}
