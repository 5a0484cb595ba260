#!/usr/bin/env node
import { existsSync, readFileSync } from "node:fs";
import { runCli } from "./cli.ts";

// Where the hub reads its settings, `restore` finds the same database.
if (existsSync(".env")) process.loadEnvFile(".env");

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  readFile: (path) => readFileSync(path, "utf8"),
  cwd: process.cwd(),
});
