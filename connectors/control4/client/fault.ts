export interface Fault {
  readonly code: number | undefined;
  readonly details: string;
}

export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const LONGEST = 200;

/**
 * What went wrong, as Control4 says it in four shapes: an object under `C4ErrorResponse`, one with `code`, one with
 * `error`, and XML. It may come with HTTP 200. Undefined where the body is no error.
 */
export function faultOf(body: string, parsed: unknown): Fault | undefined {
  if (body.trimStart().startsWith("<")) {
    const code = Number(body.match(/<code>(\d{1,5})<\/code>/)?.[1]);
    const details = body.match(/<details>([^<]{0,500})<\/details>/)?.[1] ?? "";
    return { code: Number.isFinite(code) ? code : undefined, details: details.slice(0, LONGEST) };
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return undefined;
  const outer = parsed as Record<string, unknown>;
  const said = (typeof outer.C4ErrorResponse === "object" ? outer.C4ErrorResponse : outer) as Record<string, unknown>;
  if (said === outer && outer.code === undefined && outer.error === undefined) return undefined;
  const details = [said?.details, said?.message, said?.error].find((one) => typeof one === "string" && one !== "");
  return {
    code: typeof said?.code === "number" ? said.code : undefined,
    details: String(details ?? "").slice(0, LONGEST),
  };
}
