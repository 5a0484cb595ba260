/** Home Assistant's own no to a command. `code` is its word, such as `unknown_command` or `unauthorized`. */
export class CommandRefused extends Error {
  readonly code: string;
  readonly command: string;

  constructor(command: string, code: string, message: string) {
    super(message);
    this.name = "CommandRefused";
    this.command = command;
    this.code = code;
  }
}

/** What the library rejects with: an error object of Home Assistant's, or a number of its own when the line is gone. */
export function refusalIn(error: unknown, command: string): Error | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code !== "string") return undefined;
  return new CommandRefused(command, code, typeof message === "string" ? message.slice(0, 500) : "");
}

/** Whether this Home Assistant simply has no such command: too old, or the integration behind it is not loaded. */
export function isUnknownCommand(error: unknown): boolean {
  return error instanceof CommandRefused && error.code === "unknown_command";
}

export function isUnauthorized(error: unknown): boolean {
  return error instanceof CommandRefused && error.code === "unauthorized";
}
