import { startEmbeddedPostgres } from "../embedded-postgres.ts";
import { silentLog } from "../log.ts";

// A hub for tests of crashes: starts the database, says so, and stays until it is killed.
const server = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? "", log: silentLog });
console.log(JSON.stringify(server));
setInterval(() => {}, 60_000);
