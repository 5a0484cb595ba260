/** What this connector says to a technician: what happened, where, and what to do next. */
export const words = {
  notSsh: (where: string) =>
    `What answers at ${where} does not speak SSH. Check the address; the console's port is 22.`,
  unknownHostKey: (where: string) =>
    `Nobody has confirmed the host key of ${where}. Nothing was sent. Compare its fingerprint and confirm it.`,
  otherHostKey: (where: string) =>
    `${where} shows another host key than the one that was confirmed. Nothing was sent. Ask the home whether the processor was replaced or restored, then confirm the new one.`,
  refused: (where: string) =>
    `${where} refused the user or the password. It is not tried again by itself: a processor locks out whoever keeps guessing. Check both, and its list of blocked addresses.`,
  oldOnly: (where: string) =>
    `${where} offers old encryption only. Update its firmware, or allow old encryption for this processor alone.`,
  nothingInCommon: (where: string) => `${where} offers no encryption that the hub has. Update its firmware.`,
  silent: (where: string) => `${where} took the connection and said nothing. It may just be starting.`,
  dropped: (where: string) => `${where} closed the connection before the login. It may just be starting.`,
  noConsole: (where: string) => `${where} let us in, and its console does not say what it is. Look at it there.`,
  lost: (where: string) => `The connection to ${where} was lost.`,
  noAnswer: (where: string, line: string, seconds: number) => `${where} did not answer ${line} within ${seconds} s.`,
  noSuch: (kind: string) => `This processor has no such ${kind} any more.`,
  notHere: (what: string) => `A Crestron processor does not offer ${what} through the doors that were entered for it.`,
  notUnderstood: (what: string) => `The console answered ${what} in a way that is not understood.`,
  saidNo: (said: string) => `The console said no: ${said}`,
  noAddress: (typed: string) =>
    `${typed} is not the address of a processor. Enter it as 192.168.1.10, with a port where it has another.`,
  tokenRefused: (where: string) =>
    `Crestron Home at ${where} refused the token. It is not tried again by itself. Make a new one in its setup app (Web API Settings, Update Token) and enter that.`,
  notHome: (where: string) =>
    `What answers at ${where} is no Crestron Home with its web interface switched on. Check the address, and Web API Settings in its setup app.`,
  homeStarting: (where: string, status: number) =>
    `Crestron Home at ${where} answers ${status}: after a restart it takes some minutes. It is tried again by itself.`,
  forgetsKey: (where: string) =>
    `Crestron Home at ${where} gives keys and does not accept them. Restart the processor, or make a new token.`,
  doorShut: (door: string, reason: string) =>
    `The door "${door}" of this processor is shut: ${reason} What goes through its other door still works.`,
  readItFirst: (lines: number) =>
    `The log was not cleared: ${lines} lines of it were not read yet. Read it first, so that it stands in the record.`,
  noAddressOf: "Only a device of the IP table that stands there with its address can be made to blink.",
  noMedia: "This room has no media of its own that Crestron Home tells of.",
  notThatScene: (name: string, type: string) =>
    `${name} is a scene of the kind "${type}", which may open or lock something: it is not run from here.`,
  homeSaidNo: (said: string) => `Crestron Home said no: ${said}`,
  inPart: (said: string) => `Crestron Home says that it was done in part (${said}). Look at what it concerns.`,
  homeNotConfirmed: "Crestron Home did not say whether it was done. Look at what it concerns.",
  notConfirmed: "The console did not say that the program was started. Look whether it runs.",
} as const;

/** The lines of the checklist, and what to do next where one fails. */
export const checklistWords = {
  running: {
    name: "Looking up the name",
    port: "Trying the port",
    tls: "Looking at its key or certificate",
    credentials: "Trying what opens it",
    version: "Asking what it is",
    first_data: "Reading the first data",
  },
  pinned: (fingerprint: string) => `The host key is the one that was confirmed (${fingerprint.slice(0, 23)}…)`,
  unknownKey: "Nobody has confirmed this host key yet.",
  otherKey: "The host key is not the one that was confirmed.",
  compareKey:
    "Compare the fingerprint with the processor (somebody there, or the installer's notes) and confirm it only when it is the same.",
  accepted: (username: string) => `${username} was let in`,
  version: (model: string, version: string | null) =>
    version === null ? `${model}; it does not say which firmware` : `${model}, firmware ${version}`,
  tokenAccepted: "The token was accepted",
  homeVersion: (version: string | null) =>
    version === null ? "Crestron Home; it does not say which version" : `Crestron Home, interface ${version}`,
  homeFound: (devices: number, rooms: number) =>
    `${devices} ${devices === 1 ? "device" : "devices"} in ${rooms} ${rooms === 1 ? "room" : "rooms"}`,
  noEncryption: "There is no encryption: the token is sent in the clear.",
  whatPlainMeans: "Use https:// where the processor has it (CP4-R V2, MC4-R, PC4-R), and a VPN where it has not.",
  anyCertificate: "Whatever certificate is shown is trusted, as somebody chose.",
  whatAnyMeans:
    "Somebody in the network between could pretend to be this processor and read the token. Keep the way to it in a VPN.",
  untilRestart: "The certificate is the one that was confirmed. It is a new one after the next restart.",
  whatPinMeans:
    "From then on this door is shut until the new one is confirmed, or until somebody chooses to trust any certificate.",
  certificateGood: "The certificate is one that others vouch for",
  selfSigned: (subject: string) => `It signed its own certificate (${subject.slice(0, 100)}).`,
  otherCertificate: "The certificate is not the one that was confirmed. It makes a new one at each restart.",
  compareCertificate:
    "Compare the fingerprint with what the processor's own page shows and confirm it; it lasts until the next restart. Or choose above to trust any certificate, and read what that means.",
  nothing: "It has no program and no IP table, or does not say so.",
  lookAtRights: "It can be added all the same. The user may not be allowed to ask for them.",
  found: (programs: number, entries: number) =>
    `${programs === 1 ? "One program" : `${programs} programs`}, ${entries} ${entries === 1 ? "entry" : "entries"} in the IP table`,
  nextAfter: (code: string, step: string): string => {
    if (code === "gateway_auth_failed") return "Try the same in Crestron's own tools. It is not tried again by itself.";
    if (code === "gateway_unsupported") return "Check address and port, and the firmware.";
    if (code === "target_refused")
      return "Enter the address of the home's processor: the hub does not connect to itself or to its cloud.";
    if (step === "port")
      return "Is it switched on, is SSH or the web interface switched on there, and does the way to it (VPN, port forwarding) work? SSH has port 22, Crestron Home 443.";
    return "Wait a minute, in case it is just starting, and try again.";
  },
} as const;
