export * from "./clock.ts";
export * from "./plain-dialer.ts";
