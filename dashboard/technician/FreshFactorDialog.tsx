import type { Me } from "@caretaker/protocol";
import { Button, Modal, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { FactorQuestion } from "../live/fresh-factor.ts";
import { words } from "../words/en.ts";
import { FactorForm } from "./FactorForm.tsx";

/** Who has a second factor gives it; who has none is shown where to set one up. */
export default function FreshFactorDialog({ me, question }: { me: Me; question: FactorQuestion }) {
  return (
    <Modal
      opened
      onClose={() => question.answer(false)}
      title={words.factor.title}
      zIndex={400}
      closeButtonProps={{ "aria-label": words.common.close }}
    >
      {me.person.hasSecondFactor ? (
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
