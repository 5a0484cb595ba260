import { createTheme, type MantineColorsTuple } from "@mantine/core";

const iris: MantineColorsTuple = [
  "#f0f2fe",
  "#dfe3fb",
  "#c0c8f6",
  "#9daaf0",
  "#8090eb",
  "#6b7de8",
  "#5a6ce0",
  "#4a5bcc",
  "#4050b7",
  "#3445a2",
];

/** Warm greys: the page is paper by day and slate by night, and colour is kept for what matters. */
const gray: MantineColorsTuple = [
  "#f8f8f6",
  "#f1f1ee",
  "#e7e7e3",
  "#dadad5",
  "#c4c4bf",
  "#a2a29d",
  "#7c7d7a",
  "#5f605f",
  "#3b3d40",
  "#222427",
];

const dark: MantineColorsTuple = [
  "#d6d8de",
  "#b6bac4",
  "#9096a5",
  "#636a7b",
  "#3f4553",
  "#313643",
  "#252934",
  "#1b1e26",
  "#15171d",
  "#0f1116",
];

export const theme = createTheme({
  primaryColor: "iris",
  primaryShade: { light: 7, dark: 8 },
  colors: { iris, gray, dark },
  fontFamily: '"Inter", ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, monospace',
  headings: {
    fontWeight: "650",
    sizes: { h1: { fontSize: "1.375rem" }, h2: { fontSize: "1.0625rem" }, h3: { fontSize: "0.9375rem" } },
  },
  fontSizes: { xs: "0.75rem", sm: "0.84375rem", md: "0.9375rem", lg: "1.0625rem", xl: "1.25rem" },
  defaultRadius: "md",
  radius: { md: "0.5rem" },
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: {
    Button: { defaultProps: { size: "sm" } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45, blur: 2 } } },
    Checkbox: { defaultProps: { size: "md" } },
    Radio: { defaultProps: { size: "md" } },
    Switch: { defaultProps: { size: "md" } },
    Anchor: { defaultProps: { underline: "hover" } },
  },
});
