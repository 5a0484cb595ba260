import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";
import { type Log, withLogFields } from "../log.ts";
import { tellablePath } from "./token-addresses.ts";

const ids = new WeakMap<object, string>();
const SLOW_MILLISECONDS = 1000;

/** Gives each request an id that is in its answer, in its problem and on every line that is logged meanwhile. */
export function withRequestId(log: Log): RequestHandler {
  return (request, response, next) => {
    const requestId = randomUUID();
    ids.set(request, requestId);
    response.setHeader("x-request-id", requestId);
    const began = performance.now();
    response.once("finish", () => {
      const milliseconds = Math.round(performance.now() - began);
      const fields = {
        requestId,
        method: request.method,
        path: tellablePath(request.originalUrl),
        status: response.statusCode,
        milliseconds,
      };
      log[milliseconds > SLOW_MILLISECONDS ? "info" : "debug"](fields, "answered");
    });
    withLogFields({ requestId }, next);
  };
}

export function requestIdOf(request: object): string {
  return ids.get(request) ?? "none";
}
