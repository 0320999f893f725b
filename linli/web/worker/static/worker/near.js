// Nearest first, within what is equally urgent. The position stays in the browser.

const TONES = ["danger", "attention", "good", ""];
let here = null;

function metres(card) {
  if (!here || !card.dataset.lat) return Infinity;
  const lat = Number(card.dataset.lat);
  const x = (Number(card.dataset.lng) - here.longitude) * Math.cos((lat * Math.PI) / 180);
  return Math.hypot(x, lat - here.latitude) * 111320;
}

function told(button, distance) {
  if (!Number.isFinite(distance)) return "";
  const [pattern, n] = distance < 1000 ? [button.dataset.wordM, Math.round(distance / 10) * 10] : [button.dataset.wordKm, (distance / 1000).toFixed(1)];
  return ` · ${pattern.replace("{n}", String(n))}`;
}

function sort() {
  const button = document.querySelector("[data-near]");
  const list = document.querySelector("[data-near-list]");
  if (!here || !button || !list) return;
  button.setAttribute("aria-pressed", "true");
  const cards = [...list.children].map((card, n) => ({ card, n, far: metres(card), rank: TONES.indexOf(card.dataset.tone) }));
  cards.sort((a, b) => a.rank - b.rank || a.far - b.far || a.n - b.n);
  for (const { card, far } of cards) {
    card.querySelector("[data-distance]").textContent = told(button, far);
    list.append(card);
  }
}

function start() {
  const button = document.querySelector("[data-near]:not([data-ready])");
  if (button && "geolocation" in navigator) {
    button.dataset.ready = "";
    button.hidden = false;
    button.addEventListener("click", () =>
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          here = coords;
          sort();
        },
        () => (button.textContent = button.dataset.wordNowhere),
        { timeout: 8000, maximumAge: 60000 },
      ),
    );
  }
  sort();
}

start();
document.addEventListener("htmx:load", start);
