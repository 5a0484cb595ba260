/**
 * The one way out of the hub. The hub's dialer resolves a name, checks the address against what the gateway declares,
 * connects to that very address and never follows a redirect. Connectors are handed one; they never open a socket.
 */
export interface Dialer {
  /** One HTTP exchange. Rejects with `gateway_unreachable`, `gateway_timeout`, `gateway_certificate_unknown` or `target_refused`. */
  http(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * A line for one HTTP exchange after another, over a connection that is kept between them: for a gateway that is asked
   * again and again. Whoever opened it closes it.
   */
  httpLine(): HttpLine;
  /** An open WebSocket (of the `ws` package's shape). Rejects as `http` does. */
  webSocket(request: WebSocketRequest): Promise<DialedSocket>;
  /** The addresses a host name has now, and which of them the dialer would connect to. */
  resolve(host: string): Promise<{ addresses: string[]; allowed: string[] }>;
  /**
   * An open TCP connection, for a protocol that encrypts and proves itself, such as SSH. Never to a place that declares
   * TLS. Rejects as `http` does.
   */
  stream(target: { host: string; port: number; timeoutSeconds?: number; signal?: AbortSignal }): Promise<DialedStream>;
  /** Opens and closes a TCP connection: is anything listening? */
  connect(target: {
    host: string;
    port: number;
    timeoutSeconds?: number;
  }): Promise<{ address: string; milliseconds: number }>;
  /** The certificate that is shown there, whether or not it is trusted. */
  certificate(target: { host: string; port: number; timeoutSeconds?: number }): Promise<CertificateSeen>;
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** `http:` or `https:`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Default 15. */
  readonly timeoutSeconds?: number;
  /** Default 32 MiB; a longer answer is cut off with `gateway_misbehaving`. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** Asks one thing at a time, in the order it was asked for. */
export interface HttpLine {
  /**
   * As the dialer's own `http`. A GET whose kept connection turns out to be closed is asked once more on a new one;
   * anything else is sent once.
   */
  http(request: HttpRequest): Promise<HttpAnswer>;
  /** Ends the connection; what is asked afterwards is rejected with `gateway_lost`. */
  close(): void;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebSocketRequest {
  /** `ws:` or `wss:`. */
  readonly url: string;
  /** Sent with the handshake. The dialer's own words (`host`, `upgrade`) stand above them. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Until the socket is open. Default 15. */
  readonly handshakeTimeoutSeconds?: number;
  /** Default 32 MiB. */
  readonly maxPayloadBytes?: number;
  readonly signal?: AbortSignal;
}

/** What connectors use of a `ws` WebSocket; the object handed over is one. */
export interface DialedSocket {
  readonly readyState: number;
  readonly OPEN: number;
  binaryType: string;
  send(data: string): void;
  ping(): void;
  close(code?: number): void;
  /** Cuts the line without a goodbye: the only end that works on a half-open link. */
  terminate(): void;
  on(event: "message", listener: (data: Buffer, isBinary: boolean) => void): unknown;
  on(event: "close", listener: (code: number, reason: Buffer) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "pong", listener: () => void): unknown;
  /**
   * Offers each whole text message as bytes `from` to `to`, only good during the call, before a message is made of it;
   * true takes it. Not every socket does, and none does so for all messages.
   */
  offer?(take: (bytes: Buffer, from: number, to: number) => boolean): void;
  addEventListener(type: string, listener: (event: never) => void): void;
  removeEventListener(type: string, listener: (event: never) => void): void;
}

/** A socket as Node has it; whoever holds it ends it. */
export type DialedStream = NodeJS.ReadWriteStream & { destroy(error?: Error): unknown };

export interface CertificateSeen {
  /** Upper-case SHA-256 of the certificate in pairs with colons. */
  readonly fingerprint256: string;
  readonly subject: string;
  readonly issuer: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly trusted: boolean;
  /** Why it is not trusted, in the TLS library's words. */
  readonly reason?: string;
}
