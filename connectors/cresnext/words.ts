import { certificateFlaw } from "@caretaker/protocol";

/** What this connector says to a technician: what happened, where, and what to do next. */
export const words = {
  notAPanel: (base: string) =>
    `What answers at ${base} is not a Crestron touch panel or DM NVX: it has no login page of theirs. Check the address.`,
  factoryNew: (base: string) =>
    `${base} is factory new: whoever opens its page can make themselves its administrator. That is a risk in the home. Give it a user and a password on its own page; nothing of it was used.`,
  refused: (base: string) =>
    `${base} refused the user or the password. Check both on the panel's own page. It is not tried again by itself, since panels lock out whoever keeps guessing.`,
  starting: (base: string, status: number) =>
    `${base} answers ${status}: it is just starting, or its web server hangs.`,
  forgetsLogin: (base: string) =>
    `${base} accepted the login and forgot it at once. Somebody else may be logging in with the same user; look at it on its own page.`,
  notUnderstood: (base: string, path: string) => `${base} answered ${path} with something that is not understood.`,
  noInfo: (base: string) => `${base} let us in and does not say what it is. Restart it if this stays.`,
  lost: (base: string) => `The connection to ${base} was lost.`,
  noSuch: (kind: string) => `This panel has no such ${kind} any more.`,
  notHere: (what: string) => `A touch panel or DM NVX does not offer ${what}.`,
  saidNo: (base: string, said: string) => `${base} said no: ${said}`,
  notRestarted: (base: string, status: number) => `${base} refused to restart (HTTP ${status}). Nothing happened.`,
} as const;

/** The lines of the checklist, and what to do next where one fails. */
export const checklistWords = {
  running: {
    name: "Looking up the name",
    port: "Trying the port",
    tls: "Looking at the certificate",
    make: "Asking whether it is a panel",
    credentials: "Trying the user and the password",
    version: "Asking what it is",
    first_data: "Reading the first data",
  },
  pinned: (fingerprint: string) => `The certificate is the one that was confirmed (${fingerprint.slice(0, 23)}…)`,
  otherCertificate: "The certificate is not the one that was confirmed.",
  selfSigned: (subject: string, reason: string) =>
    `Nobody vouches for the certificate of ${subject || "this panel"}: ${certificateFlaw(reason)}.`,
  compareCertificate:
    "Panels come with a certificate of their own making. Compare the fingerprint with the panel (somebody there, or the installer's notes) and confirm it only when it is the same.",
  certificateGood: (validTo: string) => `The certificate is trusted, and valid until ${validTo.slice(0, 10)}`,
  isPanel: "It shows the login page of a Crestron panel",
  accepted: (username: string) => `${username} was let in`,
  version: (model: string, version: string | null) =>
    version === null ? `${model}; it does not say which firmware` : `${model}, firmware ${version}`,
  noSystems: "It has no control system in its IP table, or does not say so.",
  lookAtTable: "It can be added all the same. Whether it reaches its control system is then not known.",
  systems: (entries: number) =>
    entries === 1 ? "One control system in its IP table" : `${entries} control systems in its IP table`,
  nextAfter: (code: string, step: string): string => {
    if (code === "gateway_auth_failed")
      return "Try the user and the password on the panel's own page. It is not tried again by itself.";
    if (code === "gateway_unsupported") return "Give it a user on its own page if it is new; else check the address.";
    if (code === "target_refused")
      return "Enter the address of the home's panel: the hub does not connect to itself or to its cloud.";
    if (code === "gateway_certificate_unknown") return checklistWords.compareCertificate;
    if (step === "port") return "Has it power, and does the way to it (VPN, port forwarding) work? Its port is 443.";
    if (step === "tls") return "Check address and port: a panel speaks TLS on 443.";
    return "Wait a minute, in case it is just starting, and try again.";
  },
} as const;
