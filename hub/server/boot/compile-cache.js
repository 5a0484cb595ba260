import { enableCompileCache } from "node:module";
import { resolve } from "node:path";

// Given to Node by `--import`, before anything else is read: what was compiled once is not compiled at each start, which
// halves the time until the hub's own code runs. Where the folder cannot be written everything works, only slower.
// JavaScript, since this file alone is read without the cache: to take types out of it Node would load its reader of
// TypeScript at each start, which costs 60 ms and nothing else then needs.
enableCompileCache(resolve(import.meta.dirname, "..", "..", "..", "node_modules", ".cache", "compiled"));
