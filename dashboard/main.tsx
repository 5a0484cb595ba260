import { cspNonce } from "./boot.ts";
import "./styles/index.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { MirrorProvider } from "./live/hooks.tsx";
import { Mirror } from "./live/mirror.ts";
import { createQueryClient } from "./live/queries.ts";
import { createLine } from "./live/socket.ts";
import { createAppRouter } from "./technician/router.tsx";
import { theme } from "./theme.ts";

const queries = createQueryClient(handleSignedOut);
const router = createAppRouter(queries);

function handleSignedOut(): void {
  const { pathname, href } = router.state.location;
  if (pathname === "/sign-in" || pathname === "/setup") return;
  void router.navigate({ to: "/sign-in", search: { next: href } });
}
const mirror = new Mirror(createLine());
const root = document.getElementById("root");

if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => cspNonce}>
        <QueryClientProvider client={queries}>
          <MirrorProvider mirror={mirror}>
            <RouterProvider router={router} />
          </MirrorProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
