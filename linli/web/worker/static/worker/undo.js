// Ten seconds to take a step back instead of “are you sure?”: the step is sent when they are over, or when the page goes.
// Without a connection it goes into the outbox at once, where it can still be thrown away. Without this script a button
// acts at once.
import { newKey, put } from "./outbox.js";

const SECONDS = 10;
const waiting = new Set();

class Step {
  constructor(form, submitter) {
    this.url = form.action;
    this.body = new FormData(form, submitter);
    this.body.set("key", newKey());
    this.matter = form.dataset.waits;
    this.words = form.dataset.undo;
    this.form = form;
    form.hidden = true;
    if (!navigator.onLine) {
      this.keep();
      return;
    }
    this.left = SECONDS;
    waiting.add(this);
    this.show(form.closest("[data-undo-word]")?.dataset.undoWord || "✕");
    this.timer = window.setInterval(() => this.tick(), 1000);
  }

  show(word) {
    this.bar = document.createElement("div");
    this.bar.className = "w-undo";
    this.bar.setAttribute("role", "status");
    const text = document.createElement("span");
    text.textContent = this.words;
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "l-btn";
    this.word = word;
    this.button.textContent = `${word} · ${this.left}`;
    this.button.addEventListener("click", () => this.undo());
    this.bar.append(text, this.button);
    document.body.append(this.bar);
  }

  tick() {
    this.left -= 1;
    this.button.textContent = `${this.word} · ${this.left}`;
    if (this.left <= 0) this.send();
  }

  undo() {
    this.end();
    this.form.reset();
    this.form.hidden = false;
  }

  end() {
    window.clearInterval(this.timer);
    this.bar.remove();
    waiting.delete(this);
  }

  keep() {
    return put({ url: this.url, matter: this.matter, title: this.words, body: this.body });
  }

  async send() {
    window.clearInterval(this.timer);
    this.bar.remove();
    try {
      const response = await fetch(this.url, {
        method: "POST",
        body: this.body,
        credentials: "same-origin",
        headers: { "HX-Request": "true" },
      });
      this.end();
      if (response.ok) refresh();
      else this.refused(response);
    } catch {
      this.end();
      await this.keep();
    }
  }

  // The server said no: its notice is shown and the button comes back.
  async refused(response) {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const notice = page.querySelector(".l-notice");
    if (notice) document.querySelector("#messages")?.prepend(document.adoptNode(notice));
    this.form.hidden = false;
    window.scrollTo(0, 0);
  }
}

function refresh() {
  window.htmx.ajax("GET", window.location.pathname, { target: "#main", select: "#main", swap: "outerHTML" });
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-undo]");
  if (!form) return;
  event.preventDefault();
  new Step(form, event.submitter);
});

// A card's camera: the form goes off as soon as there is a picture.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-shot]");
  if (form && event.target.files?.length) form.requestSubmit();
});

function cameras() {
  for (const form of document.querySelectorAll("form[data-shot][hidden]:not([data-ready])")) {
    form.dataset.ready = "";
    form.hidden = false;
    const other = form.parentElement.querySelector("[data-shot-else]");
    if (other) other.hidden = true;
  }
}

cameras();
document.addEventListener("htmx:load", cameras);
window.addEventListener("pagehide", () => {
  for (const step of waiting) navigator.sendBeacon(step.url, step.body);
  waiting.clear();
});
// Pictures are too large for a farewell message: ask before they are lost.
window.addEventListener("beforeunload", (event) => {
  const heavy = [...waiting].some((step) => [...step.body.values()].some((value) => value instanceof File && value.size > 0));
  if (heavy) event.preventDefault();
});
