import { Button } from "@mantine/core";
import { mdiPhoneOutline } from "@mdi/js";
import { words } from "../words/en.ts";
import { Icon } from "./Icon.tsx";
import { telephone } from "./telephone.ts";

/** Calls somebody, from wherever this is read. */
export function CallLink({ phone, who }: { phone: string; who: string }) {
  return (
    <Button
      component="a"
      href={telephone(phone)}
      variant="default"
      leftSection={<Icon path={mdiPhoneOutline} />}
      aria-label={`${words.fleet.call(who)}, ${phone}`}
    >
      {phone}
    </Button>
  );
}
