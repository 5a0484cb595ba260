/** The links of a message that lead to a homeowner's page of this hub; others are left as text. */
export function homeownerLinks(body: string, origin: string): string[] {
  return [...body.matchAll(/https?:\/\/[^\s<>"]+/g)].flatMap(([link]) => {
    const url = new URL(link.replace(/[.,)]+$/, ""));
    return url.pathname.startsWith("/c/") ? [`${origin}${url.pathname}${url.search}${url.hash}`] : [];
  });
}
