/** Whether a path to go on to is one of this dashboard: a link that leads elsewhere is not followed. */
export function isOurs(path: string | undefined): path is string {
  return path?.startsWith("/") === true && !path.startsWith("//") && !path.includes("\\");
}
