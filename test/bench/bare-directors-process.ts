import { request } from "node:https";
import type { DirectorHome } from "./directors-process.ts";
import { cpuMicroseconds, serveWorker } from "./worker.ts";

/** The baseline: a bare Socket.IO client of the second generation for each Control4 home. It parses what comes, and no more. */

interface OldSocket {
  on(event: string, listener: (payload: never) => void): void;
  emit(event: string, ...payload: unknown[]): void;
}
type Connect = (url: string, options: Record<string, unknown>) => OldSocket;

// It takes Node's own WebSocket where there is one, which sends no headers and trusts no such certificate.
Reflect.deleteProperty(globalThis, "WebSocket");
// @ts-expect-error There is nothing that says what it has.
const { default: connect } = (await import("socket.io-client-2")) as { default: Connect };
let heard = 0;
let last: unknown;

async function open({ homes }: { homes: readonly DirectorHome[] }): Promise<void> {
  for (const home of homes) await subscribe(home, await directorToken(home));
}

/** Logs in to the account, and has it let us in to its controller. */
async function directorToken({ accountService, userName, password, applicationKey }: DirectorHome): Promise<string> {
  const ask = (path: string, token: string, body?: unknown): Promise<Record<string, unknown>> =>
    getJson(`${accountService}${path}`, { token, body });
  const login = { clientInfo: { userInfo: { userName, password, applicationKey } } };
  const { authToken } = await ask("/authentication/v1/rest", "", login);
  const token = (authToken as { token: string }).token;
  const { account } = await ask("/account/v3/rest/accounts", token);
  const { controllerCommonName: commonName } = account as { controllerCommonName: string };
  const answer = await ask("/authentication/v1/rest/authorization", token, {
    serviceInfo: { commonName, services: "director" },
  });
  return (answer.authToken as { token: string }).token;
}

function subscribe({ address }: DirectorHome, token: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(`https://${address}`, {
      transports: ["websocket"],
      rejectUnauthorized: false,
      perMessageDeflate: false,
      // Otherwise clients of one host share a line.
      forceNew: true,
      extraHeaders: { JWT: token },
    });
    socket.on("clientId", (clientId: string) => {
      socket.emit("2probe");
      const query = `JWT=${encodeURIComponent(token)}&SubscriptionClient=${encodeURIComponent(clientId)}`;
      void getJson(`https://${address}/api/v1/items/datatoui?${query}`).then((answer) => {
        const subscriptionId = String(answer.subscriptionId);
        socket.on(subscriptionId, (payload: unknown) => {
          heard += 1;
          last = payload;
        });
        socket.emit("startSubscription", subscriptionId);
        resolve();
      });
    });
  });
}

interface Asked {
  readonly token?: string;
  readonly body?: unknown;
}

function getJson(url: string, { token, body }: Asked = {}): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        method: body === undefined ? "GET" : "POST",
        headers: token === undefined ? {} : { authorization: `Bearer ${token}`, "content-type": "application/json" },
        rejectUnauthorized: false,
        agent: false,
      },
      (answer) => {
        let text = "";
        answer.on("data", (data: Buffer) => {
          text += data.toString();
        });
        answer.on("end", () => resolve(JSON.parse(text) as Record<string, unknown>));
      },
    );
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

serveWorker({ open, cpu: cpuMicroseconds, heard: () => (last === undefined ? 0 : heard) }, () => {});
