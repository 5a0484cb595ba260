import { mdiChevronLeft } from "@mdi/js";
import { Link, type LinkProps } from "@tanstack/react-router";
import { Icon } from "./Icon.tsx";

/** Where a page belongs, one step up. */
export function BackLink({ word, ...link }: { word: string } & LinkProps) {
  return (
    <Link {...link} className="crumb">
      <Icon path={mdiChevronLeft} size={17} />
      {word}
    </Link>
  );
}
