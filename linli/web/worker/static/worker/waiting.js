// Around the outbox: forms that go into it, the count on every page, its own page, the warning at sign-out, and the pages
// that are kept for later.
import { acts, drop, newKey, put, retry, send } from "./outbox.js";

const { who, sw, scope, wordKept } = document.body.dataset;
const AGAIN = 60000;

function notice(text) {
  const holder = document.getElementById("messages");
  const box = document.createElement("div");
  box.className = "l-notice";
  box.dataset.tone = "attention";
  const body = document.createElement("p");
  body.className = "l-notice__body";
  body.textContent = text;
  box.append(body);
  holder.replaceChildren(box);
  window.scrollTo(0, 0);
}

// A form of an act: sent as ever when there is a connection, kept when there is none.
async function keepForm(form) {
  await put({ url: form.getAttribute("hx-post"), matter: form.dataset.waits, title: form.dataset.title, body: new FormData(form) });
  if (form.dataset.again) await drop(Number(form.dataset.again));
  sessionStorage.removeItem(`linli-draft:${form.dataset.draft}`);
  form.reset();
  form.elements.key.value = newKey();
  notice(wordKept);
}

// Not every button of a form sends the act: one with a name asks for something on the way (a search).
const asksOnly = (trigger) => Boolean(trigger?.submitter?.name);

document.addEventListener("htmx:confirm", (event) => {
  const form = event.target.closest?.("form[data-waits]");
  if (!form || event.detail.elt !== form || navigator.onLine || asksOnly(event.detail.triggeringEvent)) return;
  event.preventDefault();
  keepForm(form);
});
document.addEventListener("htmx:sendError", (event) => {
  const form = event.target.closest?.("form[data-waits]");
  if (form && event.detail.elt === form && !asksOnly(event.detail.requestConfig?.triggeringEvent)) keepForm(form);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-again]");
  if (form && event.detail.elt === form && event.detail.successful) drop(Number(form.dataset.again));
});

// A kept page brings an old key: two acts filled in from it must not share one.
async function prepare() {
  for (const form of document.querySelectorAll("form[data-waits]:not([data-keyed])")) {
    form.dataset.keyed = "";
    if (form.elements.key) form.elements.key.value = newKey();
    const again = Number(window.location.hash.slice(1));
    const act = again && form.hasAttribute("hx-post") ? (await acts()).find((one) => one.id === again) : null;
    if (act) refill(form, act);
  }
}

function refill(form, act) {
  form.dataset.again = String(act.id);
  const files = new Map();
  for (const [name, value] of act.fields) {
    if (value instanceof File) files.set(name, [...(files.get(name) || []), value]);
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]:not([type=file], [name=key])`)) {
      if (field.type === "radio" || field.type === "checkbox") field.checked ||= field.value === value;
      else field.value = value;
    }
  }
  for (const [name, list] of files) {
    const carried = new DataTransfer();
    list.forEach((file) => carried.items.add(file));
    const pick = form.querySelector(`input[type=file][name="${CSS.escape(name)}"]`)?.closest("[data-camera]")?.querySelector("[data-camera-pick]");
    if (!pick) continue;
    pick.files = carried.files;
    pick.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

async function count() {
  const waiting = await acts();
  const refused = waiting.filter((act) => act.refused).length;
  const place = document.querySelector("[data-waiting]");
  if (place) {
    place.hidden = waiting.length === 0;
    place.dataset.tone = refused ? "danger" : "attention";
    place.textContent = (refused ? place.dataset.wordRefused : place.dataset.word).replace("{n}", String(refused || waiting.length));
  }
  return waiting;
}

// The page of what waits.
const LANGUAGE = document.documentElement.lang;
const value = (act, name) => act.fields.find(([field]) => field === name)?.[1] || "";

function card(page, act, held) {
  const row = page.querySelector("template").content.firstElementChild.cloneNode(true);
  const part = (name) => row.querySelector(`[data-${name}]`);
  const photos = act.fields.filter(([, one]) => one instanceof File).length;
  part("title").textContent = act.title;
  part("at").textContent = new Date(act.at).toLocaleString(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
  part("photos").textContent = photos ? page.dataset.wordPhotos.replace("{n}", String(photos)) : "";
  part("words").textContent = value(act, "words");
  part("state").textContent = act.refused ? "" : held ? page.dataset.wordBehind : page.dataset.wordLater;
  part("refused").textContent = act.refused ? page.dataset.wordRefused.replace("{reason}", () => act.refused) : "";
  part("refused").hidden = !act.refused;
  part("edit").hidden = part("again").hidden = !act.refused;
  part("edit").href = `${act.url}#${act.id}`;
  part("again").addEventListener("click", () => retry(act));
  part("drop").addEventListener("click", () => drop(act.id));
  row.dataset.tone = act.refused ? "danger" : "attention";
  return row;
}

function draw(waiting) {
  const page = document.querySelector("[data-outbox-page]");
  if (!page) return;
  const held = new Set();
  const cards = waiting.map((act) => {
    const made = card(page, act, held.has(act.matter));
    if (act.refused) held.add(act.matter);
    return made;
  });
  page.querySelector("[data-outbox-list]").replaceChildren(...cards);
  page.querySelector("[data-outbox-none]").hidden = waiting.length > 0;
  const button = page.querySelector("[data-outbox-send]");
  button.hidden = waiting.every((act) => act.refused);
  button.onclick = () => send();
}

async function changed(event) {
  draw(await count());
  const { sent, problem } = event?.detail || {};
  const page = document.querySelector("[data-outbox-page]");
  if (page && problem === "signed-out") notice(page.dataset.wordSignedOut);
  if (page && problem === "failed") notice(page.dataset.wordFailed);
  const list = document.querySelector("[data-live-list=case]");
  if (sent && list && window.htmx) window.htmx.ajax("GET", list.dataset.liveUrl, { target: "#main", select: "#main", swap: "outerHTML" });
}

// Signing out: what waits is told first; the kept pages go with the session.
async function leave(form) {
  const waiting = await acts();
  const dialog = document.querySelector("#leave");
  const go = async () => {
    await forget();
    form.submit();
  };
  if (!waiting.length || !dialog) return go();
  const head = dialog.querySelector("[data-leave]");
  head.textContent = head.dataset.word.replace("{n}", String(waiting.length));
  dialog.querySelector("[data-leave-anyway]").onclick = go;
  return dialog.showModal();
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-sign-out]");
  if (!form) return;
  event.preventDefault();
  leave(form);
});

const forget = async () => ("caches" in window ? caches.delete("linli-pages") : false);

async function keepPages() {
  if (!("serviceWorker" in navigator)) return;
  if (localStorage.getItem("linli-who") !== who) await forget();
  localStorage.setItem("linli-who", who);
  await navigator.serviceWorker.register(sw, { scope });
  const { active } = await navigator.serviceWorker.ready;
  const links = [...document.querySelectorAll("a[data-keep]")].map((link) => link.href);
  const places = [...document.querySelectorAll(".l-bottom a")].map((link) => link.href);
  // The matters first: what stands on their own pages is fetched ahead too, and nothing is fetched twice.
  if (navigator.onLine) active.postMessage({ keep: [...links, ...places, window.location.href] });
}

document.addEventListener("linli:outbox", changed);
document.addEventListener("htmx:load", () => {
  prepare();
  count();
});
window.addEventListener("online", send);
window.setInterval(send, AGAIN);
prepare();
changed();
send();
keepPages().catch(() => undefined);
