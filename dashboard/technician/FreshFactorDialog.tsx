import type { Me } from "@caretaker/protocol";
import { Button, Modal, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { factorQuestion } from "../live/fresh-factor.ts";
import { words } from "../words/en.ts";
import { FactorForm } from "./FactorForm.tsx";

/** Asks for a second factor where an operation needs a fresh one; the operation then goes on by itself. */
export function FreshFactorDialog({ me }: { me: Me }) {
  const question = useSyncExternalStore(factorQuestion.listen, factorQuestion.get);
  return (
    <Modal
      opened={question !== null}
      onClose={() => question?.answer(false)}
      title={words.factor.title}
      zIndex={400}
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      {question === null ? null : me.person.hasSecondFactor ? (
        <FactorForm
          text={words.factor.text}
          onDone={() => question.answer(true)}
          onCancel={() => question.answer(false)}
        />
      ) : (
        <NoFactor onLeave={() => question.answer(false)} />
      )}
    </Modal>
  );
}

function NoFactor({ onLeave }: { onLeave: () => void }) {
  const navigate = useNavigate();
  return (
    <Stack>
      <Text size="sm">{words.factor.none}</Text>
      <Button
        onClick={() => {
          onLeave();
          void navigate({ to: "/account" });
        }}
      >
        {words.factor.setUp}
      </Button>
    </Stack>
  );
}
