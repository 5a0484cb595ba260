import { Loader } from "@mantine/core";
import { mdiLinkVariantOff } from "@mdi/js";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { auth } from "../../live/auth.ts";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { words } from "../../words/en.ts";
import { DoorPage } from "./DoorPage.tsx";

/** The link that a demo prints: it signs in once. Its token stands behind the `#`, where no log sees it. */
export function SignInOncePage() {
  const [token] = useState(() => new URLSearchParams(location.hash.slice(1)).get("token") ?? "");
  const signIn = useMutation({ mutationFn: auth.signInOnce, onSuccess: () => location.replace("/") });
  const { mutate } = signIn;
  useEffect(() => {
    history.replaceState(null, "", location.pathname);
    mutate(token);
  }, [token, mutate]);
  return (
    <DoorPage title={signIn.isError ? words.once.gone : words.once.title}>
      {signIn.isError ? (
        <EmptyState icon={mdiLinkVariantOff} title={signIn.error.message} text={words.once.goneText} />
      ) : (
        <Loader aria-label={words.once.title} />
      )}
    </DoorPage>
  );
}
