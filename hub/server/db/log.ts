/** What this room needs of a logger; pino's fits, and so does the test kit's. Never given a secret or a value of a row. */
export interface DatabaseLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLog: DatabaseLog = { info() {}, warn() {}, error() {} };
