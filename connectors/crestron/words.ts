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
  notHere: (what: string) => `The console of a Crestron processor does not offer ${what}.`,
  notUnderstood: (what: string) => `The console answered ${what} in a way that is not understood.`,
  saidNo: (said: string) => `The console said no: ${said}`,
  notConfirmed: "The console did not say that the program was started. Look whether it runs.",
} as const;

/** The lines of the checklist, and what to do next where one fails. */
export const checklistWords = {
  running: {
    name: "Looking up the name",
    port: "Trying the port",
    tls: "Looking at the host key",
    credentials: "Trying the user and the password",
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
  nothing: "It has no program and no IP table, or does not say so.",
  lookAtRights: "It can be added all the same. The user may not be allowed to ask for them.",
  found: (programs: number, entries: number) =>
    `${programs === 1 ? "One program" : `${programs} programs`}, ${entries} ${entries === 1 ? "entry" : "entries"} in the IP table`,
  nextAfter: (code: string, step: string): string => {
    if (code === "gateway_auth_failed")
      return "Try the user and the password in Crestron's own tools. It is not tried again by itself.";
    if (code === "gateway_unsupported") return "Check address and port, and the firmware.";
    if (code === "target_refused")
      return "Enter the address of the home's processor: the hub does not connect to itself or to its cloud.";
    if (step === "port")
      return "Is it switched on, is SSH switched on there, and does the way to it (VPN, port forwarding) work? Its port is 22.";
    return "Wait a minute, in case it is just starting, and try again.";
  },
} as const;
