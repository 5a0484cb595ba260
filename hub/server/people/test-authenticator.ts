import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const PRESENT = 0x01;
const UNLOCKED = 0x04;
const HAS_KEY = 0x40;

const sha256 = (data: string | Buffer): Buffer => createHash("sha256").update(data).digest();

/** A passkey as a browser holds one (WebAuthn, ES256, no attestation). `unlocks` false is a key that asks nobody for a PIN. */
export function testAuthenticator(origin: string, { unlocks = true } = {}) {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const id = randomBytes(16);
  let count = 0;

  const client = (type: string, challenge: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const said = (more: number): Buffer => {
    const counter = Buffer.alloc(4);
    count += 1;
    counter.writeUInt32BE(count);
    return Buffer.concat([
      sha256(new URL(origin).hostname),
      Buffer.from([PRESENT | (unlocks ? UNLOCKED : 0) | more]),
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
    register({ challenge }: { challenge: string }) {
      // CBOR: the key is {1: 2, 3: -7, -1: 1, -2: x, -3: y}, the attestation {fmt: "none", attStmt: {}, authData}.
      const key = Buffer.concat([
        Buffer.from("a5010203262001215820", "hex"),
        Buffer.from(x, "base64url"),
        Buffer.from("225820", "hex"),
        Buffer.from(y, "base64url"),
      ]);
      const authData = Buffer.concat([said(HAS_KEY), Buffer.alloc(16), Buffer.from([0, id.length]), id, key]);
      const attestation = Buffer.concat([
        Buffer.from("a363666d74646e6f6e656761747453746d74a068617574684461746158", "hex"),
        Buffer.from([authData.length]),
        authData,
      ]);
      return credential({
        clientDataJSON: client("webauthn.create", challenge).toString("base64url"),
        attestationObject: attestation.toString("base64url"),
      });
    },
    prove({ challenge }: { challenge: string }) {
      const clientData = client("webauthn.get", challenge);
      const authData = said(0);
      return credential({
        clientDataJSON: clientData.toString("base64url"),
        authenticatorData: authData.toString("base64url"),
        signature: sign("sha256", Buffer.concat([authData, sha256(clientData)]), privateKey).toString("base64url"),
      });
    },
  };
}
