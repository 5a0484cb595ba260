// Keeps the page as it is in the box, while it is open. Without this script the page works all the same.

const parts = () => new Map([...document.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));

/** Somebody is typing there, or has opened it: it is left alone. */
const isInUse = (part) =>
  part.querySelector("details[open]") !== null ||
  [...part.querySelectorAll("input:not([type=hidden])")].some(
    (field) => field === document.activeElement || (field.type === "password" && field.value !== ""),
  );

async function renew() {
  const answer = await fetch("./", { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const news = [...fresh.querySelectorAll("[data-part]")];
  const shown = parts();
  if (news.length !== shown.size || news.some((part) => !shown.has(part.dataset.part))) {
    location.replace("./");
    return;
  }
  for (const part of news) {
    const old = shown.get(part.dataset.part);
    // What went wrong, and a key that is shown once, stay until the page is left.
    if (part.dataset.part === "head" || old.innerHTML === part.innerHTML || isInUse(old)) continue;
    old.replaceChildren(...document.adoptNode(part).childNodes);
  }
}

let isFirst = true;
new EventSource("events").addEventListener("message", () => {
  if (!isFirst) renew().catch(() => {});
  isFirst = false;
});
