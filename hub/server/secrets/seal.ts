import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { CaretakerError } from "@caretaker/protocol";
import type { KeyRing } from "./key-ring.ts";

/** A value under AES-256-GCM with a key of its own, which is wrapped by the key ring. All parts are base64. */
export interface Sealed {
  readonly keyId: string;
  readonly wrappedKey: string;
  readonly sealed: string;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals `words` for the one place that `boundTo` names: opened anywhere else, it fails. */
export function seal(ring: KeyRing, words: string, boundTo: string): Sealed {
  const key = randomBytes(32);
  const { id, key: wrapping } = ring.current();
  return {
    keyId: id,
    wrappedKey: encrypt(wrapping, key, `key:${id}:${boundTo}`).toString("base64"),
    sealed: encrypt(key, Buffer.from(words, "utf8"), boundTo).toString("base64"),
  };
}

/** Rejects with `internal` when the value was changed, moved to another place, or sealed with a key that is gone. */
export function open(ring: KeyRing, { keyId, wrappedKey, sealed }: Sealed, boundTo: string): string {
  const wrapping = ring.get(keyId);
  try {
    const key = decrypt(wrapping, Buffer.from(wrappedKey, "base64"), `key:${keyId}:${boundTo}`);
    return decrypt(key, Buffer.from(sealed, "base64"), boundTo).toString("utf8");
  } catch (cause) {
    throw new CaretakerError(
      "internal",
      `What is sealed for ${boundTo} cannot be opened: it was changed or moved. Give these credentials anew.`,
      { cause },
    );
  }
}

function encrypt(key: Buffer, plain: Buffer, boundTo: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(boundTo, "utf8"));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, boundTo: string): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new Error("too short to be sealed");
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(boundTo, "utf8"))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}
