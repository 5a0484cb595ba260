import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { CaretakerError } from "@caretaker/protocol";

/**
 * Sees that the hub can listen there, before anything slow begins.
 * @throws CaretakerError `port_in_use`, which says by whom where the system lets us know, or `configuration_invalid`.
 */
export async function requireFreePort(port: number, host: string): Promise<void> {
  const error = await tryListening(port, host);
  if (error) throw await explainListenError(error, port, host);
}

function tryListening(port: number, host: string): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(error));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** What it means that listening failed, for whoever started the hub. */
export async function explainListenError(
  error: NodeJS.ErrnoException,
  port: number,
  host: string,
): Promise<CaretakerError> {
  const options = { cause: error, meta: { port, host } };
  switch (error.code) {
    case "EADDRINUSE": {
      const user = (await whoAnswers(port, host)) ?? (await whoListens(port)) ?? "another program";
      return new CaretakerError(
        "port_in_use",
        `Port ${port} on ${host} is in use by ${user}. Stop that, or start this hub on another port: --port ${port + 1}`,
        options,
      );
    }
    case "EACCES":
      return new CaretakerError(
        "port_in_use",
        `This user may not listen on port ${port}; ports below 1024 are often kept for root. Choose another with --port.`,
        options,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new CaretakerError(
        "configuration_invalid",
        `${host} is not an address of this machine, so the hub cannot listen on it. Set CARETAKER_HOST to 127.0.0.1, 0.0.0.0 or one of its own.`,
        options,
      );
    default:
      return new CaretakerError("port_in_use", `The hub cannot listen on ${host}:${port}: ${error.message}`, options);
  }
}

/** Whether it is a hub that answers there. */
async function whoAnswers(port: number, host: string): Promise<string | null> {
  const name = ["0.0.0.0", "::", ""].includes(host) ? "localhost" : host.includes(":") ? `[${host}]` : host;
  try {
    const response = await fetch(`http://${name}:${port}/version`, {
      signal: AbortSignal.timeout(1000),
      redirect: "error",
    });
    const answer: unknown = await response.json();
    const isHub = typeof answer === "object" && answer !== null && "name" in answer && answer.name === "caretaker";
    return isHub ? "another Caretaker hub" : null;
  } catch {
    return null;
  }
}

/** The process that listens on the port, on Linux and as far as we may look. */
async function whoListens(port: number): Promise<string | null> {
  const sockets = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const lines = (await readFile(table, "utf8").catch(() => "")).split("\n").slice(1);
    for (const line of lines) {
      const fields = line.trim().split(/\s+/);
      const isListening = fields[3] === "0A";
      if (isListening && Number.parseInt(fields[1]?.split(":")[1] ?? "", 16) === port)
        sockets.add(`socket:[${fields[9]}]`);
    }
  }
  if (sockets.size === 0) return null;
  for (const pid of (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    if (!(await holdsOneOf(pid, sockets))) continue;
    const name = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "a program")).trim();
    return `${name} (process ${pid})`;
  }
  return null;
}

async function holdsOneOf(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const fd of await readdir(folder).catch(() => [])) {
    if (sockets.has(await readlink(join(folder, fd)).catch(() => ""))) return true;
  }
  return false;
}
