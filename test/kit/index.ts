export * from "./clock.ts";
export * from "./plain-dialer.ts";
export * from "./test-context.ts";
