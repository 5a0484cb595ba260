import { Anchor, Loader, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { words } from "../../words/en.ts";
import { FactorForm } from "../FactorForm.tsx";
import { meQuery } from "../session.ts";
import { signOut } from "../sign-out.ts";
import { DoorPage } from "./DoorPage.tsx";
import { FactorEnrolment } from "./FactorEnrolment.tsx";
import { isOurs } from "./next.ts";

const route = getRouteApi("/second-factor");

/** Nobody goes further without a second factor: who has none sets one up, who has one gives it. */
export function SecondFactorPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const queries = useQueryClient();
  const me = useQuery(meQuery);
  // Enrolling makes `hasSecondFactor` true before the backup codes were read.
  const [isEnrolling, setEnrolling] = useState<boolean | null>(null);
  const handleDone = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: meQuery.queryKey });
    await router.navigate({ href: isOurs(next) ? next : "/" });
  };
  if (me.isError) return <RedirectToSignIn />;
  if (!me.data) {
    return (
      <DoorPage title={words.factor.giveTitle}>
        <Loader aria-label={words.common.loading} />
      </DoorPage>
    );
  }
  const enrols = isEnrolling ?? !me.data.person.hasSecondFactor;
  if (isEnrolling === null) setEnrolling(enrols);
  return (
    <DoorPage title={enrols ? words.factor.enrolTitle : words.factor.giveTitle}>
      {enrols ? (
        <>
          <Text size="sm" mb="md">
            {words.factor.enrolRequired}
          </Text>
          <FactorEnrolment onDone={() => void handleDone()} />
        </>
      ) : (
        <FactorForm text={words.factor.giveText} onDone={() => void handleDone()} onCancel={() => void signOut()} />
      )}
      <Text size="sm" c="dimmed" mt="lg">
        {me.data.person.email}{" "}
        <Anchor component="button" type="button" size="sm" onClick={() => void signOut()}>
          {words.shell.signOut}
        </Anchor>
      </Text>
    </DoorPage>
  );
}

function RedirectToSignIn() {
  const router = useRouter();
  return (
    <DoorPage title={words.signIn.title}>
      <Anchor component="button" type="button" onClick={() => void router.navigate({ to: "/sign-in" })}>
        {words.signIn.submit}
      </Anchor>
    </DoorPage>
  );
}
