import { writeFileSync } from "node:fs";
import { startFakeToy } from "./index.ts";

/** Runs the fake by itself, and writes what a technician would type into a file: `node fake-gateway/main.ts FILE`. */
const [file = "fake.json"] = process.argv.slice(2);
const fake = await startFakeToy();
writeFileSync(file, `${JSON.stringify(fake.config, null, 2)}\n`);
process.on("SIGTERM", () => void fake.close());
