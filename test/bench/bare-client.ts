import { WebSocket } from "ws";
import type { FleetHome } from "./fleet-process.ts";

const COMMANDS = [
  { id: 1, type: "supported_features", features: { coalesce_messages: 1 } },
  { id: 2, type: "subscribe_entities" },
];

/** Logs in and subscribes with `ws` alone. Resolves when the first states have come; what they say is not read. */
export function logIn({ port, token }: FleetHome): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/websocket`, { perMessageDeflate: false });
    let frames = 0;
    const handle = (): void => {
      frames += 1;
      // auth_required; auth_ok; then the answers to both commands and the states, in one frame or more.
      if (frames === 1) socket.send(JSON.stringify({ type: "auth", access_token: token }));
      if (frames === 2) for (const command of COMMANDS) socket.send(JSON.stringify(command));
    };
    const handleStates = (data: Buffer): void => {
      if (data.length < 1000) return;
      socket.off("message", handle);
      socket.off("message", handleStates);
      resolve(socket);
    };
    socket.on("message", handle);
    socket.on("message", handleStates);
    socket.on("error", reject);
  });
}
