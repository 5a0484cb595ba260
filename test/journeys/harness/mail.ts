import { SMTPServer } from "smtp-server";

export interface ReceivedMail {
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  /** The decoded plain text part. */
  readonly text: string;
}

export interface MailServer {
  readonly url: string;
  readonly received: readonly ReceivedMail[];
  /** Resolves with the first message, from the `after`th on, that fits; rejects after 20 s. */
  next(fits: (mail: ReceivedMail) => boolean, after?: number): Promise<ReceivedMail>;
  /** Refuses what comes in from now on, as a broken server does, until told otherwise. */
  refuse(on: boolean): void;
  close(): Promise<void>;
}

/** A real SMTP server on a free port of this machine that keeps what it is given. */
export async function startMailServer(): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  let refusing = false;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (refusing) return done(new Error("451 try again later"));
        const raw = Buffer.concat(chunks).toString("utf8");
        const envelope = session.envelope;
        received.push({
          to: envelope.rcptTo.map((address) => address.address).join(", "),
          from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
          subject: decodeWords(header(raw, "subject")),
          text: plainText(raw),
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  if (address === null || typeof address === "string") throw new Error("the mail server has no port");

  return {
    url: `smtp://127.0.0.1:${address.port}`,
    received,
    async next(fits, after = 0) {
      const end = Date.now() + 20_000;
      while (Date.now() < end) {
        const found = received.slice(after).find(fits);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(
        `no such message came; there were: ${received.map((mail) => mail.subject).join(" | ") || "none"}`,
      );
    },
    refuse(on) {
      refusing = on;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The link to the homeowner's page in a message. */
export function consentLink(mail: ReceivedMail): string {
  const link = /https?:\/\/\S+\/c\/[A-Za-z0-9_-]+/.exec(mail.text)?.[0];
  if (link === undefined) throw new Error(`no link in: ${mail.text}`);
  return link;
}

function header(raw: string, name: string): string {
  const match = new RegExp(`^${name}:((?:.*)(?:\\r?\\n[ \\t].*)*)`, "im").exec(raw);
  return (match?.[1] ?? "").replace(/\r?\n[ \t]/g, " ").trim();
}

/** The first text/plain part, with its transfer encoding taken off. */
function plainText(raw: string): string {
  const boundary = /boundary="?([^";\r\n]+)"?/i.exec(raw)?.[1];
  const parts = boundary === undefined ? [raw] : raw.split(`--${boundary}`);
  const part = parts.find((candidate) => /content-type:\s*text\/plain/i.test(candidate)) ?? raw;
  const [head = "", ...rest] = part.replace(/^\r?\n/, "").split(/\r?\n\r?\n/);
  const body = rest.join("\n\n");
  const encoding = /content-transfer-encoding:\s*(\S+)/i.exec(head)?.[1]?.toLowerCase();
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  return encoding === "quoted-printable" ? fromQuotedPrintable(body) : body;
}

function fromQuotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, data: string) =>
      kind.toLowerCase() === "b"
        ? Buffer.from(data, "base64").toString("utf8")
        : fromQuotedPrintable(data.replaceAll("_", " ")),
    );
}
