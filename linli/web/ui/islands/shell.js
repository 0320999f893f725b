// What every page does: CSRF for htmx, dialogs, the picture viewer, notices that go away, drafts, copying.
import { toast, words } from "./_words.js";

const meta = document.querySelector('meta[name="csrf-token"]');

document.addEventListener("htmx:configRequest", (event) => {
  if (meta) event.detail.headers["X-CSRFToken"] = meta.content;
});
document.addEventListener("htmx:sendError", () => toast(words("failed")));
document.addEventListener("htmx:timeout", () => toast(words("failed")));
// htmx rejects with nothing when a request never arrived: the two lines above have said so.
window.addEventListener("unhandledrejection", (event) => event.reason === undefined && event.preventDefault());
document.addEventListener("htmx:beforeSwap", (event) => {
  // An error notice is sent to be shown: the server aims it at #messages.
  const { xhr } = event.detail;
  if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
  else if (xhr.status === 422) event.detail.shouldSwap = true;
  else if (xhr.status >= 400) toast(words("error"));
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    const dialog = document.querySelector(opener.dataset.open);
    if (dialog && typeof dialog.showModal === "function") {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
  const printer = event.target.closest("[data-print]");
  if (printer) window.print();
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    event.preventDefault();
    navigator.clipboard.writeText(copier.dataset.copy).then(() => toast(words("copied")));
  }
  const shown = event.target.closest("[data-viewer]");
  if (shown && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    view(shown);
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// The viewer: one dialog, made when first needed; arrows move within the same group of pictures.
let viewer = null;
let group = [];
let at = 0;

function view(link) {
  group = [...(link.closest(".l-story__body, .l-photos, .l-pair") || document).querySelectorAll("[data-viewer]")];
  at = group.indexOf(link);
  if (!viewer) viewer = makeViewer();
  show();
  viewer.showModal();
}

function makeViewer() {
  const dialog = document.createElement("dialog");
  dialog.className = "l-dialog l-viewer";
  const image = document.createElement("img");
  const bar = document.createElement("div");
  bar.className = "l-viewer__bar";
  const text = document.createElement("p");
  const close = document.createElement("button");
  close.className = "l-btn";
  close.type = "button";
  close.textContent = words("close");
  close.addEventListener("click", () => dialog.close());
  bar.append(text, close);
  dialog.append(image, bar);
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      at = (at + step + group.length) % group.length;
      show();
    }
  });
  document.body.append(dialog);
  return dialog;
}

function show() {
  const small = group[at].querySelector("img");
  const image = viewer.querySelector("img");
  image.src = group[at].href;
  image.alt = small ? small.alt : "";
  viewer.setAttribute("aria-label", image.alt);
  viewer.querySelector("p").textContent = group.length > 1 ? `${image.alt} · ${at + 1} / ${group.length}` : image.alt;
}

// Notices that offer an undo go away by themselves, but not while pointed at or focused.
function arm(element) {
  const seconds = Number(element.dataset.toast) || 6;
  let left = seconds;
  const timer = window.setInterval(() => {
    if (!element.isConnected) window.clearInterval(timer);
    else if (!element.matches(":hover, :focus-within") && --left <= 0) element.remove();
  }, 1000);
}

const toasts = document.getElementById("toasts");
if (toasts) {
  for (const element of toasts.querySelectorAll("[data-toast]")) arm(element);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node.nodeType === 1 && node.dataset.toast) arm(node);
    }
  }).observe(toasts, { childList: true });
  toasts.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) event.target.closest("[data-toast]")?.remove();
  });
}

// What was typed survives a lost page: kept for this tab only, thrown away once sent.
const drafts = "linli-draft:";

function fields(form) {
  return [...form.elements].filter(
    (field) => field.name && !["file", "password", "hidden", "submit", "button"].includes(field.type) && field.name !== "csrfmiddlewaretoken",
  );
}

function keep(form) {
  const pairs = fields(form)
    .filter((field) => !["checkbox", "radio"].includes(field.type) || field.checked)
    .map((field) => [field.name, field.value]);
  sessionStorage.setItem(drafts + form.dataset.draft, JSON.stringify(pairs));
}

function restore(form) {
  const text = sessionStorage.getItem(drafts + form.dataset.draft);
  if (!text) return;
  let changed = false;
  for (const [name, value] of JSON.parse(text)) {
    for (const field of fields(form)) {
      if (field.name !== name) continue;
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.value === value && !field.checked) field.checked = changed = true;
      } else if (!field.value && value) {
        field.value = value;
        changed = true;
      }
    }
  }
  if (changed) toast(words("kept"));
}

function restoreIn(root) {
  if (root.matches?.("form[data-draft]")) restore(root);
  for (const form of root.querySelectorAll("form[data-draft]")) restore(form);
}

const sent = (form) => sessionStorage.removeItem(drafts + form.dataset.draft);

restoreIn(document);
// A form that arrives later (a preview, a part that was fetched again) gets its draft as well.
document.addEventListener("htmx:load", (event) => restoreIn(event.detail?.elt ?? document));
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-draft]");
  if (form) keep(form);
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-draft]");
  if (form && !form.hasAttribute("hx-post")) sent(form);
});
// Before the answer is put in: afterwards this form is gone, and the next one would be filled with what was sent.
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  if (detail.elt.matches("form[data-draft]") && detail.xhr.status < 400) sent(detail.elt);
});

function connection() {
  document.documentElement.toggleAttribute("data-offline", !navigator.onLine);
}
window.addEventListener("online", connection);
window.addEventListener("offline", connection);
connection();
