// Changed matters arrive by themselves. A known row is fetched again in place; a new one waits for the list to be free:
// nothing moves under the pointer or while somebody types, a counter stands there instead.
import { fill } from "./_words.js";

const root = document.documentElement;
const source = document.body.dataset.liveSource || document.querySelector("[data-live-source]")?.dataset.liveSource;
const PAUSE = 900;
const MANY = 6;
const waiting = new Map();
let timer = 0;

const selector = (key) => `[data-live="${CSS.escape(key)}"]`;

function typing() {
  const field = document.activeElement;
  return Boolean(field && field.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) || Boolean(document.querySelector("dialog[open]"));
}

function mark(element, name) {
  element.classList.add(name);
  element.addEventListener("animationend", () => element.classList.remove(name), { once: true });
}

async function swap(row) {
  const { live, liveUrl } = row.dataset;
  await window.htmx.ajax("GET", liveUrl, { source: row, target: row, swap: "outerHTML" });
  const fresh = document.querySelector(selector(live));
  if (fresh) mark(fresh, "is-changed");
}

async function refresh(list) {
  const before = new Set([...list.querySelectorAll("[data-live]")].map((row) => row.dataset.live));
  const at = list.scrollTop;
  const identity = list.id ? `#${CSS.escape(list.id)}` : null;
  await window.htmx.ajax("GET", list.dataset.liveUrl, {
    source: list,
    target: list,
    swap: "outerHTML",
    ...(identity ? { select: identity } : {}),
  });
  const fresh = identity ? document.querySelector(identity) : null;
  if (!fresh) return;
  fresh.scrollTop = at;
  for (const row of fresh.querySelectorAll("[data-live]")) {
    if (!before.has(row.dataset.live)) mark(row, "is-new");
  }
}

function count(list, number) {
  const button = list.querySelector("[data-live-counter]");
  if (!button) return;
  button.hidden = number === 0;
  button.textContent = fill(button.dataset.word || "{n}", { n: number });
}

function lists(kind) {
  return [...document.querySelectorAll("[data-live-list]")].filter((list) => list.dataset.liveList === kind && list.dataset.liveUrl);
}

function flush(forced = false) {
  timer = 0;
  if (!window.htmx || !navigator.onLine || waiting.size === 0) return;
  const rows = [];
  const strange = new Map();
  for (const [key, kind] of waiting) {
    const found = [...document.querySelectorAll(selector(key))];
    const own = found.filter((row) => row.dataset.liveUrl);
    if (own.length) rows.push([key, kind, own]);
    else strange.set(key, kind);
  }
  const many = rows.length > MANY;
  for (const [key, kind, own] of rows) {
    const list = own[0].closest("[data-live-list]");
    if (many && list) {
      strange.set(key, list.dataset.liveList);
      continue;
    }
    if (own.some((row) => row.contains(document.activeElement) && typing())) continue;
    waiting.delete(key);
    own.forEach((row) => swap(row).catch(() => again([key], kind)));
  }
  settle(strange, forced);
}

function settle(strange, forced) {
  for (const kind of new Set(strange.values())) {
    const keys = [...strange].filter(([, own]) => own === kind).map(([key]) => key);
    const targets = lists(kind);
    const busy = !forced && targets.some((list) => typing() || list.matches(":hover"));
    if (busy) {
      targets.forEach((list) => count(list, keys.length));
      continue;
    }
    keys.forEach((key) => waiting.delete(key));
    targets.forEach((list) => {
      count(list, 0);
      refresh(list).catch(() => again(keys, kind));
    });
  }
}

// What never arrived is asked for once more when there is a connection again.
function again(keys, kind) {
  for (const key of keys) waiting.set(key, kind);
}

function later() {
  if (!timer) timer = window.setTimeout(flush, PAUSE);
}

function received(event) {
  const { kind, id } = JSON.parse(event.data);
  waiting.set(`${kind}:${id}`, kind);
  document.dispatchEvent(new CustomEvent("linli:live", { detail: { kind, id } }));
  later();
}

function resync() {
  for (const list of document.querySelectorAll("[data-live-list]")) {
    waiting.set(`${list.dataset.liveList}:*`, list.dataset.liveList);
  }
  for (const { dataset, parentElement } of document.querySelectorAll("[data-live][data-live-url]")) {
    if (!parentElement.closest("[data-live-list]")) waiting.set(dataset.live, dataset.live.split(":")[0]);
  }
  document.dispatchEvent(new CustomEvent("linli:live", { detail: { kind: "*", id: "*" } }));
  later();
}

function state(on) {
  root.dataset.liveState = on ? "on" : "off";
}

let stream = null;

function connect() {
  // What changed since this page was asked for is told first.
  stream = new EventSource(`${source}?age=${Math.round(performance.now())}`);
  stream.addEventListener("open", () => {
    state(true);
    later();
  });
  stream.addEventListener("error", () => {
    state(false);
    // A refused stream (signed out, server busy) is not retried by the browser: ask again calmly.
    if (stream.readyState === EventSource.CLOSED) window.setTimeout(connect, 20000);
  });
  stream.addEventListener("change", received);
  stream.addEventListener("resync", resync);
}

if (source && "EventSource" in window) {
  // Not before the page's other modules can hear of it.
  document.addEventListener("DOMContentLoaded", connect);
  window.addEventListener("pagehide", () => stream?.close());
  window.addEventListener("pageshow", (event) => event.persisted && connect());
  document.addEventListener("click", (event) => event.target.closest("[data-live-counter]") && flush(true));
  document.addEventListener("focusout", later);
  window.addEventListener("online", later);
  document.addEventListener("pointerout", (event) => event.target.closest("[data-live-list]") && waiting.size && later());
}
