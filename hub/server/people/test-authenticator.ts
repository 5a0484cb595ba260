import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const PRESENT = 0x01;
const UNLOCKED = 0x04;
const HAS_KEY = 0x40;

const sha256 = (data: string | Buffer): Buffer => createHash("sha256").update(data).digest();

/** What a browser or a device says otherwise than it honestly would. */
export interface SaidOtherwise {
  readonly origin?: string;
  /** Whose name the device signs for. */
  readonly rpId?: string;
  readonly crossOrigin?: boolean;
  readonly count?: number;
  readonly unlocks?: boolean;
}

/** A passkey as a browser holds one (WebAuthn, ES256, no attestation). `unlocks` false is a key that asks nobody for a PIN. */
export function testAuthenticator(origin: string, { unlocks = true } = {}) {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const id = randomBytes(16);
  let count = 0;

  const client = (type: string, challenge: string, other: SaidOtherwise): Buffer =>
    Buffer.from(
      JSON.stringify({ type, challenge, origin, crossOrigin: false, ...only(other, ["origin", "crossOrigin"]) }),
    );
  const said = (more: number, other: SaidOtherwise): Buffer => {
    const counter = Buffer.alloc(4);
    count += 1;
    counter.writeUInt32BE(other.count ?? count);
    return Buffer.concat([
      sha256(other.rpId ?? new URL(origin).hostname),
      Buffer.from([PRESENT | ((other.unlocks ?? unlocks) ? UNLOCKED : 0) | more]),
      counter,
    ]);
  };
  const credential = (response: Record<string, string>) => ({
    id: id.toString("base64url"),
    rawId: id.toString("base64url"),
    type: "public-key",
    clientExtensionResults: {},
    response,
  });

  return {
    id: id.toString("base64url"),

    register({ challenge }: { challenge: string }, other: SaidOtherwise = {}) {
      // CBOR: the key is {1: 2, 3: -7, -1: 1, -2: x, -3: y}, the attestation {fmt: "none", attStmt: {}, authData}.
      const key = Buffer.concat([
        Buffer.from("a5010203262001215820", "hex"),
        Buffer.from(x, "base64url"),
        Buffer.from("225820", "hex"),
        Buffer.from(y, "base64url"),
      ]);
      const authData = Buffer.concat([said(HAS_KEY, other), Buffer.alloc(16), Buffer.from([0, id.length]), id, key]);
      const attestation = Buffer.concat([
        Buffer.from("a363666d74646e6f6e656761747453746d74a068617574684461746158", "hex"),
        Buffer.from([authData.length]),
        authData,
      ]);
      return credential({
        clientDataJSON: client("webauthn.create", challenge, other).toString("base64url"),
        attestationObject: attestation.toString("base64url"),
      });
    },
    prove({ challenge }: { challenge: string }, other: SaidOtherwise = {}) {
      const clientData = client("webauthn.get", challenge, other);
      const authData = said(0, other);
      return credential({
        clientDataJSON: clientData.toString("base64url"),
        authenticatorData: authData.toString("base64url"),
        signature: sign("sha256", Buffer.concat([authData, sha256(clientData)]), privateKey).toString("base64url"),
      });
    },
  };
}

function only(other: SaidOtherwise, names: readonly (keyof SaidOtherwise)[]): object {
  return Object.fromEntries(Object.entries(other).filter(([name]) => names.includes(name as keyof SaidOtherwise)));
}
