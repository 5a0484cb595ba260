import { WebSocket } from "ws";
import type { FleetHome } from "./fleet-process.ts";

const COMMANDS = [
  { id: 1, type: "supported_features", features: { coalesce_messages: 1 } },
  { id: 2, type: "subscribe_entities" },
];

/** Logs in and subscribes with `ws` alone, reading each message as it must. Resolves when the first states have come. */
export function logIn({ port, token }: FleetHome): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/websocket`, { perMessageDeflate: false });
    const handle = (data: Buffer): void => {
      const { type } = JSON.parse(String(data)) as { type: string };
      if (type === "auth_required") socket.send(JSON.stringify({ type: "auth", access_token: token }));
      else if (type === "auth_ok") for (const command of COMMANDS) socket.send(JSON.stringify(command));
      else if (type === "event") {
        socket.off("message", handle);
        resolve(socket);
      }
    };
    socket.on("message", handle);
    socket.on("error", reject);
  });
}
