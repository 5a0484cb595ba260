import { auth } from "../live/auth.ts";

/** Leaves nothing of this person's homes in the page: it is loaded anew. */
export async function signOut(): Promise<void> {
  await auth.signOut().catch(() => {});
  location.assign("/sign-in");
}
