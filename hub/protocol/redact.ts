/** What a log line or a diagnostic must not carry out of the home. Rather too much than too little. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}/g, "[token]"],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, "$1 [secret]"],
  [
    /(\b[\w-]*(?:api_?key|token|password|passwd|secret|pin|code|authorization|ssid|psk)["']?\s*[=:]\s*)(["']?)[^\s"',;&}]+\2/gi,
    "$1[secret]",
  ],
  [/(\w+:\/\/)[^\s/@:]+:[^\s/@]+@/g, "$1[secret]@"],
  [/[\w.+-]+@[\w-]+\.[\w.-]+\w/g, "[mail]"],
  [/\b([0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi, "[mac]"],
  [/\b-?\d{1,3}\.\d{4,},\s*-?\d{1,3}\.\d{4,}\b/g, "[place]"],
];

/** Text without tokens, passwords, mail and network addresses of people, and places. Private IP addresses stay. */
export function withoutSecrets(text: string): string {
  return PATTERNS.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), text.slice(0, 5000));
}
