// The preview follows the list; the choice of an item shows what follows from it; x chooses a row, and how many are
// chosen is said. A choice outlives a row that is fetched anew.
const preview = document.getElementById("preview");
const chosen = new Set();
let timer = 0;

const shown = () => Boolean(preview && preview.offsetParent);

function peek(row) {
  if (!shown() || !window.htmx) return;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => window.htmx.ajax("GET", row.dataset.peek, { target: "#preview", swap: "innerHTML" }), 120);
}

function follow(event, link) {
  event.preventDefault();
  const row = link.closest(".d-row");
  document.querySelectorAll(".d-row.is-at").forEach((one) => one.classList.remove("is-at"));
  row.classList.add("is-at");
  peek(row);
}

const boxes = () => [...document.querySelectorAll('.d-row [name="pick"]')];

function tell() {
  const line = document.querySelector("[data-desk-count]");
  if (!line) return;
  line.dataset.none ??= line.textContent;
  const n = boxes().filter((box) => box.checked).length;
  line.textContent = n ? line.dataset.word.replace("{n}", String(n)) : line.dataset.none;
}

function note(box) {
  if (box.checked) chosen.add(box.value);
  else chosen.delete(box.value);
}

function choose(some, on) {
  for (const box of some) {
    box.checked = on;
    note(box);
  }
  tell();
}

function settle() {
  for (const box of boxes()) {
    if (chosen.has(box.value)) box.checked = true;
    else note(box);
  }
  tell();
}

document.addEventListener("linli:row", (event) => event.target.dataset.peek && peek(event.target));
document.addEventListener("click", (event) => {
  const link = event.target.closest(".d-row > a");
  if (link && shown() && event.detail > 0 && !event.ctrlKey && !event.metaKey) follow(event, link);
  if (event.target.closest("[data-desk-all]")) choose(boxes(), !boxes().every((box) => box.checked));
  if (event.target.closest("[data-desk-pick]")) {
    const at = document.querySelector(".d-row.is-at") || document.activeElement?.closest(".d-row");
    const box = at?.querySelector('[name="pick"]');
    if (box) choose([box], !box.checked);
  }
});
document.addEventListener("change", (event) => {
  if (event.target.matches('.d-row [name="pick"]')) choose([event.target], event.target.checked);
});
document.addEventListener("htmx:load", settle);
window.addEventListener("pageshow", settle);
settle();

document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  const field = form?.querySelector("[data-consequence]");
  if (!field || !["item", "other"].includes(event.target.name) || !window.htmx) return;
  if (event.target.name === "other" && event.target.value) form.querySelector('[name="item"][value="other"]').checked = true;
  const values = Object.fromEntries([...new FormData(form)].filter(([name]) => ["item", "other"].includes(name)));
  window.htmx.ajax("GET", field.dataset.consequence, { target: "#consequence", swap: "innerHTML", values });
});
