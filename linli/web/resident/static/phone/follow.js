// The page of a report looks again every 20 seconds. Only what changed is replaced, and never a form in use.

const PAUSE = 20000;

function busy(part) {
  return part.contains(document.activeElement) || part.querySelector("details[open]") !== null;
}

async function look() {
  if (document.hidden) return;
  const response = await fetch(window.location.pathname, { credentials: "same-origin" });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const id of ["now", "acts"]) {
    const old = document.getElementById(id);
    const fresh = page.getElementById(id);
    if (!old || !fresh || old.textContent === fresh.textContent || (id === "acts" && busy(old))) continue;
    old.replaceWith(document.adoptNode(fresh));
    window.htmx.process(fresh);
    fresh.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  }
}

const again = () => look().catch(() => undefined);
window.setInterval(again, PAUSE);
document.addEventListener("visibilitychange", again);
