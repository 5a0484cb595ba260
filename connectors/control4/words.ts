import { certificateFlaw } from "@caretaker/protocol";

/** What this connector says to a technician: what happened, where, and what to do next. */
export const words = {
  loginRefused: (base: string, said: string) =>
    `The account service at ${base} refused the login${said === "" ? "" : ` ("${said}")`}. Check account, password and application key with the homeowner; it is not tried again by itself.`,
  accountDown: (base: string, status: number) =>
    `The account service at ${base} answers ${status}. The controller may be well; the hub tries again.`,
  accountAway: (base: string) =>
    `The account service at ${base} cannot be reached, and without it no controller lets anybody in. Look at the hub's own way to the internet.`,
  accountNotUnderstood: (base: string, what: string) =>
    `The account service at ${base} answered ${what} in a way that is not understood. The hub tries again; if it stays, check the address of the account service.`,
  accountSaid: (base: string, said: string) => `The account service at ${base} said no: ${said}`,
  noController: (base: string) =>
    `The account at ${base} has no controller. Ask the homeowner for the account under which the controller is registered.`,
  severalControllers: (names: readonly string[]) =>
    `The account has several controllers. Enter one of these as the controller: ${names.join(", ")}`,
  noSuchController: (wanted: string, names: readonly string[]) =>
    `The account has no controller called ${wanted}. It has: ${names.join(", ")}`,
  refusesFresh: (base: string, osVersion: string | undefined) =>
    `${base} refuses a token that was made a moment ago, and its clock is right. So do controllers with OS 4.2${osVersion === undefined ? "" : ` (the account says this one has ${osVersion})`}: they let no program in, and no remedy is known. It is not tried again by itself.`,
  clockOff: (base: string, seconds: number) =>
    `${base} refuses every token, and its clock is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead" : "behind"}. Set the controller's time and time zone, then try again.`,
  tokenEnded: "The token for the controller has ended, and the account service gave no new one.",
  directorAway: (base: string, status: number) =>
    `${base} answers ${status}: the Director behind it is just starting. The hub tries again.`,
  noAnswer: (base: string, what: string, seconds: number) => `${base} did not answer ${what} within ${seconds} s.`,
  noPush: (base: string, seconds: number) => `${base} did not begin to tell its news within ${seconds} s.`,
  pushDropped: (base: string) => `${base} closed the line for news before it told any.`,
  notControl4: (base: string) =>
    `What answers at ${base} is not a Control4 controller. Check the address: a controller answers on port 443.`,
  noInventory: (base: string) => `${base} let us in and did not say what it has. Restart the controller if this stays.`,
  notUnderstood: (what: string) => `The controller said ${what} in a way that is not understood.`,
  saidNo: (said: string) => `The controller said no: ${said}`,
  noSuch: (kind: string) => `This home has no such ${kind} any more.`,
  notASource: (name: string) => `${name} can be neither watched nor listened to in that room.`,
  notOffered: (command: string) => `The controller does not offer ${command} there, so nothing was sent.`,
  noExercise: (name: string) => `${name} is not a light, a blind or a thermostat, so it is not moved.`,
  noLevel: "It does not say where it stands, so it could not be put back. Nothing was sent.",
  notMoved: (seconds: number) =>
    `It took the command and nothing moved within ${seconds} s. It was told to go back all the same: look at its power, and at the line to it.`,
  notBack: (before: number) =>
    `It moved, was told to go back to ${before}, and does not say that it did. Look how it stands before anything else is tried.`,
  noMacros: "This home has no agent for macros.",
  notHere: (what: string) => `A Control4 home does not offer ${what}.`,
  privateLink: "What the controller says of the link of a lock, an alarm or a camera is not asked for.",
  noVersion: "The Control4 account does not say which software this controller runs.",
  lost: (base: string) => `The connection to ${base} was lost.`,
} as const;

/** The lines of the checklist, and what to do next where one fails. */
export const checklistWords = {
  running: {
    name: "Looking up the name",
    port: "Trying the port",
    tls: "Looking at the certificate",
    make: "Asking whether it is a Control4 controller",
    credentials: "Logging in to the account",
    choice: "Asking which controllers the account has",
    access: "Asking the controller whether it lets us in",
    version: "Asking for the version",
    first_data: "Reading the first data",
  },
  pinned: (fingerprint: string) => `The certificate is the one that was confirmed (${fingerprint.slice(0, 23)}…)`,
  otherCertificate: "The certificate is not the one that was confirmed.",
  selfSigned: (subject: string) =>
    `Nobody vouches for the certificate of ${subject || "this controller"}: controllers sign their own.`,
  compareCertificate:
    "Compare the fingerprint with the home (somebody there, or the installer's notes) and confirm it only when it is the same.",
  certificateGood: (validTo: string) => `The certificate is trusted, and valid until ${validTo.slice(0, 10)}`,
  accountDoor: "Account service",
  ofAccount: {
    pinned: (fingerprint: string) => checklistWords.pinned(fingerprint),
    otherCertificate: "The account service shows another certificate than the one that was confirmed.",
    selfSigned: (subject: string, reason: string) =>
      `Nobody vouches for the certificate of ${subject || "the account service"} (${certificateFlaw(reason)}). Nothing was sent to it.`,
    compareCertificate:
      "Compare the fingerprint with whoever runs that service and confirm it only when it is the same: account and password go there.",
    certificateGood: (validTo: string) => checklistWords.certificateGood(validTo),
  },
  notTheMaker:
    "This is not the maker's own service, or somebody stands in between: look at the network of the hub, its clock and what inspects its traffic. Nothing was sent.",
  isController: "It is a Control4 controller",
  loggedIn: "The account let us in",
  chosen: (model: string, name: string) => `A ${model}, registered as ${name}`,
  letIn: "The controller lets us in",
  version: (version: string) => `Control4 OS ${version}`,
  noVersion: "The account does not say which version the controller has.",
  carryOn: "It can be added all the same.",
  empty: "The controller shows no things.",
  lookAtProject: "Its project may be empty, or just being loaded.",
  found: ({ rooms, devices, entities }: { rooms: number; devices: number; entities: number }) =>
    `${devices} devices in ${rooms} rooms, ${entities} entities`,
  nextAfter: (code: string, step: string): string => {
    if (code === "target_refused")
      return "Enter the address of the home's controller: the hub does not connect to itself or to its cloud.";
    if (code === "gateway_certificate_unknown") return checklistWords.compareCertificate;
    if (step === "port")
      return "Is the controller switched on and does the way to it (VPN, port forwarding) work? Its port is 443.";
    if (step === "credentials") return "Ask the homeowner for account and password. It is not tried again by itself.";
    if (step === "choice") return "Enter the controller as the account names it, or another account.";
    if (step === "access" && code === "gateway_unsupported")
      return "Nothing can be done from here. Write it into the site's notes, and ask the maker when programs are let in again.";
    if (step === "access") return "Wait a minute, in case it is just starting, and try again.";
    if (step === "make") return "Check the address: there may be a router or another box at it.";
    return "Wait a minute, in case it is just starting, and try again.";
  },
} as const;
