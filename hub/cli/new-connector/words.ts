/** What this connector says to a technician: what happened, where, and what to do next. */
export const words = {
  refused: (where: string) =>
    `${where} refused the access token. Make a new one on the gateway; this one is not tried again by itself.`,
  notOurs: (where: string) => `What answers at ${where} does not answer as a gateway of this make. Check the address.`,
  lost: (where: string) => `The connection to ${where} was lost.`,
  silent: (where: string, what: string, seconds: number) => `${where} did not answer ${what} within ${seconds} s.`,
  saidNo: (where: string, said: string) => `${where} said no: ${said}`,
  notUnderstood: (where: string, what: string) => `${where} answered ${what} with something that is not understood.`,
  noSuchThing: "This gateway has no such thing any more.",
  notHere: (what: string) => `A gateway of this make does not offer ${what}.`,
} as const;

/** The lines of the checklist, and what to do next where one fails. */
export const checklistWords = {
  running: {
    name: "Looking up the name",
    port: "Trying the port",
    credentials: "Trying the access token",
    version: "Asking what it is",
    first_data: "Reading the first data",
  },
  accepted: "The access token was accepted",
  version: (name: string, version: string) => `${name}, version ${version}`,
  found: (things: number) => (things === 1 ? "One thing" : `${things} things`),
  nextAfter: (code: string, step: string): string => {
    if (code === "gateway_auth_failed") return "Make a new access token on the gateway and enter that.";
    if (code === "target_refused")
      return "Enter the address of the home's gateway: the hub does not connect to itself.";
    if (step === "port") return "Has it power, and does the way to it (VPN, port forwarding) work?";
    return "Wait a minute, in case it is just starting, and try again.";
  },
} as const;
