// Keys: every element with data-key is pressed (or, for a field, focused) by that key; j and k walk through
// [data-key-row] of the list; Enter opens; ? shows all. Single keys can be switched off (WCAG 2.1.4).
import { word } from "./_words.js";

const dialog = document.querySelector("dialog[data-keys]");
const OFF = "linli-keys-off";
let first = "";
let forget = 0;

function writing(target) {
  return target.matches("input, textarea, select, [contenteditable]") && !target.matches("[type=checkbox], [type=radio]");
}

function rows() {
  const list = document.querySelector("[data-keys-list]");
  return list ? [...list.querySelectorAll("[data-key-row]")] : [];
}

const handle = (row) => (row.matches("a, button") ? row : row.querySelector("a, button"));

function stand(at) {
  rows().forEach((row) => row.classList.toggle("is-at", row === at));
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("is-at") || row.contains(document.activeElement));
  const next = all[Math.min(all.length - 1, Math.max(0, now < 0 ? 0 : now + step))];
  stand(next);
  const target = handle(next);
  target.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  next.dispatchEvent(new CustomEvent("linli:row", { bubbles: true }));
}

function press(key) {
  const target = [...document.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key === key && !element.disabled && element.offsetParent !== null,
  );
  if (!target) return false;
  if (target.matches("input:not([type=checkbox], [type=radio]), textarea, select")) target.focus();
  else target.click();
  return true;
}

function line(list, keys, text) {
  const term = document.createElement("dt");
  for (const key of keys.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    term.append(cap, " ");
  }
  const about = document.createElement("dd");
  about.textContent = text;
  list.append(term, about);
}

function overlay() {
  if (!dialog || dialog.open) return;
  const list = dialog.querySelector("dl");
  list.replaceChildren();
  if (rows().length) {
    line(list, "j", word(dialog, "next"));
    line(list, "k", word(dialog, "previous"));
    line(list, "Enter", word(dialog, "open"));
  }
  const seen = new Set();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (seen.has(element.dataset.key)) continue;
    seen.add(element.dataset.key);
    line(list, element.dataset.key, element.dataset.keyLabel || element.textContent.trim());
  }
  line(list, "?", word(dialog, "help"));
  dialog.querySelector("[data-keys-off]").checked = localStorage.getItem(OFF) === "1";
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    overlay();
    return;
  }
  if (localStorage.getItem(OFF) === "1" || event.key.length !== 1) return;
  const pair = first && press(`${first} ${event.key}`);
  first = "";
  if (pair) {
    event.preventDefault();
    return;
  }
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    move(event.key === "j" ? 1 : -1);
  } else if (press(event.key)) {
    event.preventDefault();
  } else {
    first = event.key;
    window.clearTimeout(forget);
    forget = window.setTimeout(() => (first = ""), 1200);
  }
});

// htmx gives a row that was fetched anew the focus back by its id; its mark follows once the row has its own classes.
document.addEventListener("htmx:afterSettle", () => {
  const row = document.activeElement?.closest("[data-keys-list] [data-key-row]");
  if (row) stand(row);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-keys-open]")) return;
  event.preventDefault();
  overlay();
});

dialog?.querySelector("[data-keys-off]").addEventListener("change", (event) => {
  localStorage.setItem(OFF, event.target.checked ? "1" : "0");
});
