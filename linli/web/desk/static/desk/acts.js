// The acts of an open matter follow its state. What somebody is typing stays: then a sentence says that it has changed.
const PAUSE = 900;
let timer = 0;

const panels = (id) => [...document.querySelectorAll("[data-acts]")].filter((panel) => id === "*" || panel.dataset.acts === id);

function touched(field) {
  if (field.type === "hidden" || field.type === "submit") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  if (field.tagName === "SELECT") {
    const preset = [...field.options].find((option) => option.defaultSelected) || field.options[0];
    return field.selectedOptions[0] !== preset;
  }
  return field.value !== field.defaultValue;
}

const busy = (panel) =>
  panel.contains(document.activeElement) && document.activeElement.matches("input, select, textarea") ||
  [...panel.querySelectorAll("form")].some((form) => [...form.elements].some(touched));

function say(panel) {
  if (panel.querySelector("[data-acts-changed]")) return;
  const note = document.createElement("p");
  note.className = "l-notice";
  note.dataset.tone = "attention";
  note.dataset.actsChanged = "";
  note.setAttribute("role", "status");
  note.textContent = panel.dataset.wordChanged;
  panel.querySelector("h2").after(note);
}

async function refresh(panel) {
  const { acts, actsUrl } = panel.dataset;
  const open = [...panel.querySelectorAll("details[open][id]")].map((fold) => fold.id);
  await window.htmx.ajax("GET", actsUrl, { source: panel, target: panel, swap: "outerHTML" });
  for (const fresh of panels(acts)) {
    for (const fold of fresh.querySelectorAll("details[id]")) if (open.includes(fold.id)) fold.open = true;
  }
}

function flush() {
  timer = 0;
  if (!window.htmx || !navigator.onLine) return;
  for (const panel of document.querySelectorAll("[data-acts][data-acts-stale]")) {
    if (busy(panel)) say(panel);
    else refresh(panel);
  }
}

function later() {
  if (!timer) timer = window.setTimeout(flush, PAUSE);
}

document.addEventListener("linli:live", ({ detail: { kind, id } }) => {
  if (!["case", "report", "*"].includes(kind)) return;
  const found = panels(id);
  found.forEach((panel) => (panel.dataset.actsStale = ""));
  if (found.length) later();
});
const stale = () => document.querySelector("[data-acts-stale]") && later();
document.addEventListener("focusout", stale);
window.addEventListener("online", stale);
