// Charts: arrows walk from home to home, the legend is a filter, and homes whose matters change are drawn anew at once.
const chart = () => document.getElementById("chart");
const PAUSE = 700;
const MANY = 150;
const heard = new Set();
const homes = new Set();
let timer = 0;
let everything = false;

// Arrows. A joined home is as wide as the rooms it was made of: columns are counted, not cells.
function columns(row) {
  const found = [];
  for (const cell of row.children) {
    if (cell.matches("th")) continue;
    for (let n = 0; n < cell.colSpan; n += 1) found.push(cell.querySelector("a"));
  }
  return found;
}

function step(link, key) {
  const rows = [...link.closest("table").rows].map(columns);
  const y = rows.findIndex((row) => row.includes(link));
  const x = rows[y].indexOf(link);
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  let [at, on] = [x, y];
  for (;;) {
    at += dx;
    on += dy;
    if (on < 0 || on >= rows.length || at < 0 || at >= rows[on].length) return beside(link, dx);
    const next = rows[on][at];
    if (next && next !== link) return next;
  }
}

// At the side of an entrance the next one of the building begins, on the same floor counted from the ground.
function beside(link, dx) {
  if (!dx) return null;
  const own = link.closest(".c-stack");
  const next = dx > 0 ? own?.nextElementSibling : own?.previousElementSibling;
  const table = next?.querySelector("table");
  if (!table) return null;
  const from = link.closest("table");
  const up = from.rows.length - link.closest("tr").rowIndex;
  const row = columns(table.rows[Math.max(0, table.rows.length - up)]).filter(Boolean);
  return row.at(dx > 0 ? 0 : -1) || null;
}

function stand(link) {
  for (const one of link.closest("table").querySelectorAll('a[tabindex="0"]')) one.tabIndex = -1;
  link.tabIndex = 0;
  link.focus();
  link.scrollIntoView({ block: "nearest", inline: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const link = event.target.closest?.("[data-grid] td > a");
  if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    const next = step(link, event.key);
    if (next) stand(next);
  } else if (event.key === "Home" || event.key === "End") {
    event.preventDefault();
    const row = columns(link.closest("tr")).filter(Boolean);
    stand(row.at(event.key === "Home" ? 0 : -1));
  }
});

// The legend as a filter: within one signal any of the chosen, across the two both.
const chosen = (signal) => [...document.querySelectorAll(`.c-key[data-signal="${signal}"][aria-pressed="true"]`)].map((key) => key.dataset.value);
const shown = () => document.querySelectorAll("#chart [data-c][data-s]");

function filter() {
  const [colours, shapes] = [chosen("c"), chosen("s")];
  for (const one of shown()) {
    const fits = (!colours.length || colours.includes(one.dataset.c)) && (!shapes.length || shapes.includes(one.dataset.s));
    one.classList.toggle("is-off", !fits);
  }
}

function count() {
  const counts = new Map();
  for (const { dataset } of shown()) {
    for (const key of [`c:${dataset.c}`, `s:${dataset.s}`]) counts.set(key, (counts.get(key) || 0) + 1);
  }
  for (const key of document.querySelectorAll("button.c-key")) {
    key.querySelector("[data-count]").textContent = counts.get(`${key.dataset.signal}:${key.dataset.value}`) || 0;
  }
}

document.addEventListener("click", (event) => {
  const key = event.target.closest("button.c-key");
  if (!key) return;
  key.setAttribute("aria-pressed", String(key.getAttribute("aria-pressed") !== "true"));
  filter();
});

// With scripts a choice needs no button.
for (const button of document.querySelectorAll("form[data-auto] button")) button.hidden = true;
document.addEventListener("change", (event) => event.target.closest("form[data-auto]")?.requestSubmit());

// News. What changed is asked for under the reader's own rights; a cell that shows a matter hears of it by its id.
document.addEventListener("linli:live", (event) => {
  const { kind, id } = event.detail;
  if (!chart()) return;
  if (kind === "*") everything = true;
  else if (kind === "case" || kind === "report") heard.add(id);
  else if (kind === "home") homes.add(id);
  else return;
  if (!timer) timer = window.setTimeout(ask, PAUSE);
});
window.addEventListener("online", () => {
  if (!timer && (everything || heard.size || homes.size)) timer = window.setTimeout(ask, PAUSE);
});

async function ask() {
  timer = 0;
  const here = chart();
  if (!here || !navigator.onLine) return;
  for (const id of heard) {
    for (const part of here.querySelectorAll(`[data-of~="${CSS.escape(id)}"]`)) homes.add(part.id.slice(1));
  }
  const all = everything || heard.size + homes.size > MANY;
  const asked = { m: [...heard], h: [...homes] };
  heard.clear();
  homes.clear();
  everything = false;
  try {
    await (all ? whole(here) : some(here, asked));
  } catch {
    asked.m.forEach((id) => heard.add(id));
    asked.h.forEach((id) => homes.add(id));
    everything = all;
  }
}

async function fetched(address) {
  const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

const PARTS = "td[id], tr[id], .c-badge";

// Whether two drawings of one part say the same; where somebody stands and what he has filtered is no part of it.
function same(old, fresh) {
  const says = (part) => JSON.stringify([{ ...part.dataset }, part.hidden, part.textContent, part.querySelector("a")?.title]);
  return Boolean(old) && says(old) === says(fresh);
}

function say(here, changed) {
  here.querySelector("[data-said]").textContent = here.dataset.wordChanged.replace("{n}", String(changed));
}

async function whole(here) {
  const page = await fetched(window.location.href);
  const fresh = page.getElementById("chart");
  if (!fresh) return;
  const parts = [...fresh.querySelectorAll(PARTS)];
  const changed = parts.filter((part) => !same(document.getElementById(part.id), part)).length;
  if (!changed && parts.length === here.querySelectorAll(PARTS).length) return;
  const focused = document.activeElement?.closest("td, tr")?.id;
  const pressed = [...here.querySelectorAll('.c-key[aria-pressed="true"]')].map((key) => [key.dataset.signal, key.dataset.value]);
  here.replaceWith(fresh);
  for (const [signal, value] of pressed) {
    fresh.querySelector(`.c-key[data-signal="${signal}"][data-value="${value}"]`)?.setAttribute("aria-pressed", "true");
  }
  filter();
  say(fresh, changed);
  if (focused) document.getElementById(focused)?.querySelector("a")?.focus();
}

async function some(here, { m, h }) {
  const address = new URL(here.dataset.chart, window.location.href);
  m.forEach((id) => address.searchParams.append("m", id));
  h.forEach((id) => address.searchParams.append("h", id));
  const page = await fetched(address);
  for (const symbol of page.querySelectorAll("symbol, pattern")) {
    if (!document.getElementById(symbol.id)) here.querySelector("defs").append(symbol);
  }
  let changed = 0;
  for (const fresh of page.querySelectorAll(PARTS)) {
    const old = document.getElementById(fresh.id);
    if (!old || same(old, fresh)) continue;
    const had = old.contains(document.activeElement);
    const link = fresh.querySelector("a");
    if (link && old.querySelector("a")) link.tabIndex = old.querySelector("a").tabIndex;
    old.replaceWith(fresh);
    if (had) link?.focus();
    fresh.classList.add("is-changed");
    changed += 1;
  }
  if (!changed) return;
  filter();
  count();
  say(here, changed);
}
