import { ChecklistFailure, type Found } from "./checklist.ts";
import type { Dialer } from "./dialer.ts";

/** Whether two SHA-256 fingerprints are the same, however they are written: colons and capitals do not matter. */
export function isSameFingerprint(one: string, other: string): boolean {
  return digitsOf(one) === digitsOf(other);
}

function digitsOf(fingerprint: string): string {
  return fingerprint.replace(/[^0-9a-f]/gi, "").toUpperCase();
}

export interface CertificateWords {
  readonly pinned: (fingerprint: string) => string;
  readonly otherCertificate: string;
  /** `reason` is the word of the TLS library, or empty; `certificateFlaw` puts it into ours. */
  readonly selfSigned: (subject: string, reason: string) => string;
  readonly compareCertificate: string;
  readonly certificateGood: (validTo: string) => string;
}

const SECONDS = 10;

/**
 * Whether the certificate that is shown there is one that somebody vouches for: a person, or who signed it. The same for
 * every make; nothing of ours is sent.
 */
export async function checkCertificate(
  dialer: Dialer,
  { host, port }: { readonly host: string; readonly port: number },
  pinned: string | undefined,
  words: CertificateWords,
): Promise<Found> {
  const seen = await dialer.certificate({ host, port, timeoutSeconds: SECONDS });
  const { fingerprint256, subject, validTo, reason = "" } = seen;
  if (pinned !== undefined && isSameFingerprint(pinned, fingerprint256))
    return { detail: words.pinned(fingerprint256) };
  if (pinned === undefined && seen.trusted) return { detail: words.certificateGood(validTo) };
  throw new ChecklistFailure({
    detail: pinned === undefined ? words.selfSigned(subject, reason) : words.otherCertificate,
    next: words.compareCertificate,
    certificate: { fingerprint256, subject, validTo, reason },
  });
}

const FLAWS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "it is self-signed",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "who signed it is not known here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "who signed it is not known here",
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "it was made for another name",
};

/** What is wrong with a certificate, by the word of the TLS library; one that is not known is said as it is. */
export function certificateFlaw(reason: string): string {
  return FLAWS[reason] ?? (reason || "it is not trusted");
}
