import { certificateFlaw } from "@caretaker/protocol";

/** What this connector says to a technician: what happened, where, and what to do next. */
export const words = {
  notHomeAssistant: (base: string) =>
    `What answers at ${base} is not a Home Assistant. Check address and port: it is 8123 by default, and 80 on Home Assistant OS since 2026.8.`,
  tokenRefused: (base: string, said: string | undefined) =>
    `${base} refused the access token${said === undefined ? "" : ` ("${said}")`}. Ask the homeowner for a new one: Profile, Security, Long-lived access tokens.`,
  noToken: (base: string) =>
    `There is no access token for ${base}. Give one, unless the agent in the home has its own: Home Assistant's app has one for http://supervisor/core.`,
  withdrawn: (base: string) =>
    `${base} no longer accepts the access token that worked until now: somebody there took it back. Talk to the homeowner before asking for a new one.`,
  banned: (base: string) =>
    `${base} answers 403: Home Assistant has banned the hub's address after refused logins. Have the hub's address removed from ip_bans.yaml there and Home Assistant restarted.`,
  untrustedProxy: (base: string) =>
    `${base} answers 400: a reverse proxy stands before Home Assistant that it does not trust. Add the proxy to trusted_proxies in its network settings.`,
  proxyAlone: (base: string, status: number) =>
    `The proxy at ${base} answers ${status}: Home Assistant behind it does not run, or is just starting.`,
  redirects: (base: string) =>
    `${base} sends visitors to another address. Enter the address that it leads to: the hub never follows.`,
  loginSilent: (base: string, seconds: number) =>
    `${base} took the access token and said nothing for ${seconds} s. Home Assistant may be starting or overloaded; look at it there if this stays.`,
  droppedAtLogin: (base: string) =>
    `${base} closed the connection before it answered. Home Assistant may be restarting behind a proxy; the hub tries again.`,
  tooOld: (base: string, version: string) =>
    `${base} runs Home Assistant ${version}, which is older than this connector can follow. It has to be 2024.3 or newer.`,
  notUnderstood: (what: string) => `Home Assistant said ${what} in a way that is not understood.`,
  noInventory: (base: string) =>
    `${base} let us in and did not say what it has. Look at its log, and restart it if this stays.`,
  noStates: (seconds: number) =>
    `Home Assistant did not send its states within ${seconds} s. It may be overloaded; look at it there.`,
  starting: "Home Assistant is still starting, so nothing can be said of its parts yet.",
  noSuch: (kind: string) => `This home has no such ${kind} any more.`,
  notHere: (what: string) =>
    `This Home Assistant does not offer ${what}: it is too old for it, or the part behind it is not loaded.`,
  notAdmin: (what: string) =>
    `The access token may not do ${what}: its user is no administrator. Ask for a token of an administrator.`,
  noPhone: (phone: string) =>
    `Home Assistant has no phone ${phone} any more. Choose the phone anew on the site's page.`,
  switchSilent: (name: string) => `${name} does not answer, so it was not switched.`,
  notASwitch: (name: string) => `${name} is no switch, so it was not touched.`,
  saidNo: (said: string) => `Home Assistant said no: ${said}`,
  leftOff: (name: string) => `${name} was switched off and did not confirm that it is on again. Switch it on by hand.`,
  lost: (base: string) => `The connection to ${base} was lost.`,
  noAnswer: (base: string, what: string, seconds: number) => `${base} did not answer ${what} within ${seconds} s.`,
} as const;

/** The lines of the checklist, and what to do next where one fails. */
export const checklistWords = {
  running: {
    name: "Looking up the name",
    port: "Trying the port",
    tls: "Looking at the certificate",
    make: "Asking whether it is Home Assistant",
    credentials: "Trying the access token",
    rights: "Asking what the token may do",
    version: "Asking for the version",
    first_data: "Reading the first data",
  },
  pinned: (fingerprint: string) => `The certificate is the one that was confirmed (${fingerprint.slice(0, 23)}…)`,
  otherCertificate: "The certificate is not the one that was confirmed.",
  selfSigned: (subject: string, reason: string) =>
    `Nobody vouches for the certificate of ${subject || "this server"}: ${certificateFlaw(reason)}.`,
  compareCertificate:
    "Compare the fingerprint with the home (somebody there, or the installer's notes) and confirm it only when it is the same.",
  certificateGood: (validTo: string) => `The certificate is trusted, and valid until ${validTo.slice(0, 10)}`,
  isHomeAssistant: "It is a Home Assistant",
  checkAddress:
    "Check address and port: Home Assistant listens on 8123 by default, and on 80 on Home Assistant OS since 2026.8.",
  followTo: (address: string) => `Enter the address that it leads to: ${address}`,
  tokenAccepted: "The access token was accepted",
  isAdmin: (name: string) => `The token is of the administrator ${name}`,
  isOwner: (name: string) => `The token is of ${name}, who owns this Home Assistant.`,
  ownUser:
    "It works. Better: let the homeowner make a user named Caretaker, as administrator, and a token of that user, so that everybody can see and end what Caretaker does.",
  notAdmin: (name: string) =>
    `The token is of ${name}, who is no administrator: the home can be watched, but not its log, backups or sign-ins, and integrations cannot be restarted.`,
  askForAdmin: "Let the homeowner make the user an administrator: Settings, People, Users.",
  tooOld: (version: string) => `Home Assistant ${version} is too old.`,
  untested: (version: string) => `Home Assistant ${version} is older than 2024.3, with which Caretaker is tested.`,
  update: "Update Home Assistant; take a backup first.",
  recovery: (version: string) =>
    `Home Assistant ${version} is in recovery mode: its configuration has an error and nothing runs.`,
  leaveRecovery: "Mend the configuration and restart Home Assistant; it can be added all the same.",
  version: (version: string, name: string) => `Home Assistant ${version}, called ${name}`,
  empty: "Home Assistant shows no entities.",
  lookAtRights: "It may be freshly installed, or the user of the token may see nothing.",
  found: ({ rooms, devices, entities }: { rooms: number; devices: number; entities: number }) =>
    `${devices} devices in ${rooms} rooms, ${entities} entities`,
  nextAfter: (code: string, step: string): string => {
    if (code === "gateway_auth_failed")
      return "Ask the homeowner for a new token, or for lifting the ban, and try again. It is not tried again by itself.";
    if (code === "gateway_unsupported") return checklistWords.checkAddress;
    if (code === "target_refused")
      return "Enter the address of the home's gateway: the hub does not connect to itself or to its cloud.";
    if (code === "gateway_certificate_unknown") return checklistWords.compareCertificate;
    if (step === "port")
      return "Is Home Assistant switched on and does the way to it (VPN, port forwarding) work? Its port is 8123 by default, and 80 on Home Assistant OS since 2026.8.";
    if (step === "tls") return "Try http:// in place of https://, or the port on which it speaks TLS.";
    if (step === "make")
      return "Try https:// in place of http://, in case it speaks TLS on that port; or wait a minute, in case it is just starting.";
    return "Wait a minute, in case it is just starting, and try again.";
  },
} as const;
