import { randomBytes } from "node:crypto";
import type { Random } from "../random.ts";
import { drawSaid, type Said, type Speech } from "./speech.ts";

const STATUS = "HTTP/1.1 200 OK\r\n";
const noise = (random: Random, most: number): string => randomBytes(random.below(most)).toString("latin1");

/** What a gateway answers over HTTP, as bytes on the line; then it closes. */
const KINDS: Readonly<Record<string, (random: Random) => string>> = {
  "random bytes": (random) => noise(random, 400),
  "a status alone": (random) => `HTTP/1.1 ${random.pick(["200 OK", "99 x", "999 y", "-1", "1e3", "200"])}\r\n`,
  "cut in its headers": (random) => `${STATUS}content-length: 5\r\nx: ${"y".repeat(random.below(200))}`,
  "shorter than it says": (random) => `${STATUS}content-length: ${10 + random.below(1000)}\r\n\r\nshort`,
  "longer than it says": (random) => `${STATUS}content-length: ${random.below(5)}\r\n\r\n${noise(random, 300)}`,
  "two lengths": (random) => `${STATUS}content-length: 3\r\ncontent-length: ${random.below(9)}\r\n\r\nabc`,
  "both lengths": () => `${STATUS}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  "bad chunks": (random) =>
    `${STATUS}transfer-encoding: chunked\r\n\r\n${random.pick(["zz", "-1", "fffffffff", "3 3", ""])}\r\nabc\r\n${noise(random, 50)}`,
  "a header of noise": (random) => `${STATUS}x: ${noise(random, 200)}\r\n${noise(random, 60)}: y\r\n\r\n`,
  "too many headers": (random) => `${STATUS}${"x: y\r\n".repeat(random.below(5000))}\r\n`,
  "a large header": (random) => `${STATUS}x: ${"y".repeat(random.below(200_000))}\r\n\r\n`,
  "more than is taken": (random) => `${STATUS}\r\n${"x".repeat(random.below(20) === 0 ? 400_000 : 5000)}`,
  "a body of noise": (random) => `${STATUS}content-type: application/json\r\n\r\n${noise(random, 400)}`,
  "an upgrade": () => "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
  "a hundred times continue": (random) => "HTTP/1.1 100 Continue\r\n\r\n".repeat(random.below(100)),
  "a way elsewhere": (random) =>
    `HTTP/1.1 302 Found\r\nlocation: ${random.pick(["/", "file:///etc/passwd", "http://169.254.169.254/"])}\r\n\r\n`,
  nothing: () => "",
};
const NAMES = Object.keys(KINDS);

/** Wrong as HTTP, whatever it says. */
export function drawAnswer(random: Random): Said {
  const kind = random.pick(NAMES);
  return { kind, bytes: Buffer.from(KINDS[kind]?.(random) ?? "", "latin1") };
}

/** Wrong as HTTP one time in five; otherwise a good answer, of any status, whose body this make never says. */
export function drawReply(random: Random, speech: Speech): Said {
  if (random.below(5) === 0) return drawAnswer(random);
  const { kind, bytes } = drawSaid(random, speech);
  const status = random.below(6) === 0 ? random.pick([204, 302, 400, 401, 403, 404, 429, 500, 502, 503]) : 200;
  const head = `HTTP/1.1 ${status} Some\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  return { kind, bytes: Buffer.concat([Buffer.from(head), bytes]) };
}
