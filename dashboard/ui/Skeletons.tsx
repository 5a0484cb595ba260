import { Skeleton, Stack } from "@mantine/core";
import { words } from "../words/en.ts";

/** Where something is on its way: the place it will take, and a word for those who do not see it. */
export function Skeletons({ rows, height }: { rows: number; height: number }) {
  return (
    <Stack gap={8} aria-busy="true">
      <span className="visually-hidden" role="status">
        {words.common.loading}
      </span>
      {Array.from({ length: rows }, (_, at) => at).map((at) => (
        <Skeleton key={at} height={height} radius="md" />
      ))}
    </Stack>
  );
}
