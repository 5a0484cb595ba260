import type { ConnectorManifest } from "@caretaker/protocol";
import { z } from "zod";
import { parseAddress } from "./address.ts";

/** What a technician types to add a gateway. */
export const ToyConfig = z.strictObject({
  address: z
    .string()
    .trim()
    .max(300)
    .refine((address) => parseAddress(address) !== undefined, "is not an address, such as 192.168.1.60")
    .meta({ title: "Address", examples: ["192.168.1.60"] }),
  token: z.string().min(8).max(200).meta({ title: "Access token" }),
});
export type ToyConfig = z.infer<typeof ToyConfig>;

export const manifest: ConnectorManifest = {
  id: "toy",
  name: "Toy",
  config: ToyConfig,
  secrets: ["token"],
  capabilities: {
    "gateway.info": { scope: "reach", timeoutSeconds: 10 },
    "device.state": { scope: "view", timeoutSeconds: 10 },
    "entity.refresh": { scope: "diagnose", timeoutSeconds: 10 },
  },
};
