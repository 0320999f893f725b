// Clock chips tick by themselves. Each tick asks the time anew, so a laptop that slept is right on waking.
import { face } from "./_clock.js";

const root = document.documentElement;
const words = JSON.parse(root.dataset.clockWords || "{}");

// How far the device's clock is off. A page brought back from the history carries an old `now`: keep what was known.
function offset() {
  const [entry] = performance.getEntriesByType("navigation");
  if (entry?.type === "back_forward") return Number(sessionStorage.getItem("linli-offset") || 0);
  const loaded = performance.timeOrigin + (entry?.responseStart || 0);
  const server = Date.parse(root.dataset.now);
  const gap = Number.isNaN(server) ? 0 : server - loaded;
  const off = Math.abs(gap) > 30000 ? gap : 0;
  sessionStorage.setItem("linli-offset", String(off));
  return off;
}

const off = offset();
const now = () => Date.now() + off;

function tick() {
  const at = now();
  for (const chip of document.querySelectorAll("[data-clock]")) {
    const warn = chip.dataset.warn ? Date.parse(chip.dataset.warn) : null;
    const { state, text } = face(Date.parse(chip.dataset.due), warn, at, words);
    const label = chip.querySelector(".l-clock__text");
    if (label.textContent !== text) label.textContent = text;
    if (chip.dataset.state !== state) {
      const before = chip.dataset.state;
      chip.dataset.state = state;
      chip.dispatchEvent(new CustomEvent("linli:clock", { bubbles: true, detail: { before, state } }));
    }
  }
}

tick();
window.setInterval(tick, 5000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
window.addEventListener("pageshow", tick);
window.addEventListener("focus", tick);
document.addEventListener("htmx:afterSettle", tick);
