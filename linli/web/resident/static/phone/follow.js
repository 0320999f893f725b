// The page of a report hears of its own matter and looks again; without a stream it looks every 20 seconds. Only what
// changed is replaced, and never a form in use.

const PAUSE = 20000;
const SOON = 400;
let stream = null;
let timer = 0;

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

// Several changes often come in one breath.
function soon() {
  window.clearTimeout(timer);
  timer = window.setTimeout(again, SOON);
}

function listen() {
  stream = new EventSource(document.body.dataset.followLive);
  stream.addEventListener("change", soon);
  stream.addEventListener("resync", soon);
}

if ("EventSource" in window) {
  listen();
  window.addEventListener("pagehide", () => stream.close());
  window.addEventListener("pageshow", (event) => event.persisted && listen());
}
window.setInterval(() => stream?.readyState !== 1 && again(), PAUSE);
document.addEventListener("visibilitychange", again);
