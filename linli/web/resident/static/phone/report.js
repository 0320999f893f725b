// The report form while it is filled in: photos travel in the background, the place is guessed, nothing typed is lost.
// Without this script the same form is one ordinary page.

const key = (file) => `${file.name}|${file.size}|${file.lastModified}`;

class ReportForm {
  constructor(form) {
    this.form = form;
    this.uploads = new Map();
    this.wantsToSend = false;
    this.asked = false;
    form.classList.add("is-live");
    form.addEventListener("linli:photos", () => this.photos());
    form.addEventListener("change", (event) => this.changed(event.target));
    form.addEventListener("htmx:confirm", (event) => this.confirm(event));
    form.addEventListener("htmx:configRequest", (event) => this.configure(event));
    form.addEventListener("htmx:sendError", (event) => event.target === form && this.offline());
    form.addEventListener("linli:place", (event) => this.pointed(event.detail));
    form.querySelector("#q").addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    this.locate();
    this.plan();
    this.photos();
  }

  word(name) {
    return this.form.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`];
  }

  note(name, tone = "attention") {
    const holder = this.form.querySelector("[data-notes]");
    const box = document.createElement("div");
    box.className = "l-notice";
    box.dataset.tone = tone;
    const text = document.createElement("p");
    text.className = "l-notice__body";
    text.textContent = name in this.form.dataset ? this.form.dataset[name] : this.word(name) || name;
    box.append(text);
    holder.replaceChildren(box);
    box.scrollIntoView({ block: "nearest" });
  }

  clear() {
    this.form.querySelector("[data-notes]").replaceChildren();
  }

  field() {
    return this.form.querySelector('input[type=file][name="photos"]');
  }

  photos() {
    const files = [...this.field().files];
    const present = new Set(files.map(key));
    for (const known of this.uploads.keys()) if (!present.has(known)) this.uploads.delete(known);
    for (const file of files) if (!this.uploads.has(key(file))) this.upload(file);
    if (files.length && !this.asked && !this.placed()) this.here();
  }

  upload(file) {
    const entry = { id: null };
    this.uploads.set(key(file), entry);
    entry.done = this.send(file).then((id) => (entry.id = id));
  }

  async send(file) {
    const body = new FormData();
    body.append("photos", file, file.name);
    body.append("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    try {
      const response = await fetch(this.form.dataset.photoUrl, { method: "POST", body, credentials: "same-origin" });
      const answer = await response.json();
      if (response.ok) return answer.id;
      if (answer.error) this.note(answer.error, "danger");
    } catch {
      this.note("photofailed");
    }
    return null;
  }

  confirm(event) {
    if (event.detail.elt !== this.form) return;
    event.preventDefault();
    this.ready().then(() => {
      if (navigator.onLine) event.detail.issueRequest();
      else this.offline();
    });
  }

  async ready() {
    const waiting = [...this.uploads.values()].filter((entry) => !entry.id).map((entry) => entry.done);
    if (waiting.length) this.note("uploading", "accent");
    await Promise.all(waiting);
    if (waiting.length) this.clear();
  }

  configure(event) {
    if (event.detail.elt !== this.form) return;
    const data = event.detail.formData;
    const left = data.getAll("photos").filter((file) => file.size && !this.uploads.get(key(file))?.id);
    data.delete("photos");
    for (const file of left) data.append("photos", file, file.name);
    for (const { id } of this.uploads.values()) if (id) data.append("photo", id);
  }

  offline() {
    this.wantsToSend = true;
    this.note("offline");
  }

  online() {
    if (!this.wantsToSend || !this.form.isConnected) return;
    this.wantsToSend = false;
    this.clear();
    this.form.requestSubmit(this.form.querySelector("[data-send]"));
  }

  placed() {
    const chosen = this.form.querySelector('input[name="place"]:checked');
    return Boolean(chosen || this.form.elements.lat.value);
  }

  changed(field) {
    if (field.name === "kind" || field.name === "place") this.kinds();
  }

  kinds() {
    window.htmx.trigger(this.form.querySelector("#kinds"), "linli:kind");
  }

  async locate() {
    const button = this.form.querySelector("[data-here]");
    if (!("geolocation" in navigator)) return;
    button.hidden = false;
    button.addEventListener("click", () => this.here());
    const allowed = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
    if (allowed?.state === "granted" && !this.placed()) this.here();
  }

  here() {
    if (!("geolocation" in navigator)) return;
    this.asked = true;
    const button = this.form.querySelector("[data-here]");
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.disabled = false;
        this.at(coords.latitude, coords.longitude);
      },
      () => {
        button.disabled = false;
        this.note("nowhere");
      },
      { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 },
    );
  }

  async at(lat, lng) {
    const { elements } = this.form;
    elements.lat.value = Number(lat).toFixed(6);
    elements.lng.value = Number(lng).toFixed(6);
    await window.htmx.ajax("POST", this.form.dataset.placesUrl, {
      target: "#places",
      swap: "innerHTML",
      values: { lat: elements.lat.value, lng: elements.lng.value, csrfmiddlewaretoken: elements.csrfmiddlewaretoken.value },
    });
    this.kinds();
  }

  plan() {
    const fold = this.form.querySelector("[data-plan-fold]");
    fold.hidden = false;
    fold.addEventListener("toggle", () => fold.open && window.htmx.trigger(this.form.querySelector("#plan"), "linli:plan"));
  }

  pointed({ id, lng, lat }) {
    if (!id) {
      this.at(lat, lng);
      return;
    }
    const existing = this.form.querySelector(`#places input[name="place"][value="${CSS.escape(id)}"]`);
    if (existing) existing.checked = true;
    else this.offer(id);
    this.kinds();
  }

  offer(id) {
    const name = this.form.querySelector(`#plan option[value="${CSS.escape(id)}"]`)?.textContent || "";
    const label = document.createElement("label");
    label.className = "l-choice";
    const radio = document.createElement("input");
    radio.type = "radio";
    radio.name = "place";
    radio.value = id;
    radio.checked = true;
    const text = document.createElement("span");
    text.className = "l-grow p-places__name";
    text.textContent = name;
    label.append(radio, text);
    this.form.querySelector("#places").prepend(label);
  }
}

// Large-text mode: one thing at a time.
class Steps {
  constructor(bar) {
    this.bar = bar;
    this.form = bar.closest("form");
    this.steps = [...this.form.querySelectorAll("[data-step]")];
    this.send = this.form.querySelector(".p-send");
    this.at = 0;
    bar.hidden = false;
    bar.querySelector("[data-steps-next]").addEventListener("click", () => this.go(1));
    bar.querySelector("[data-steps-back]").addEventListener("click", () => this.go(-1));
    this.draw();
  }

  go(step) {
    this.at = Math.min(this.steps.length - 1, Math.max(0, this.at + step));
    this.draw();
    window.scrollTo(0, 0);
    this.steps[this.at].querySelector("h2").focus?.();
  }

  draw() {
    const last = this.at === this.steps.length - 1;
    this.steps.forEach((step, n) => (step.hidden = n !== this.at));
    this.send.hidden = !last;
    this.bar.querySelector("[data-steps-next]").hidden = last;
    this.bar.querySelector("[data-steps-back]").disabled = this.at === 0;
    const pattern = this.bar.dataset.wordOf;
    this.bar.querySelector("[data-steps-at]").textContent = pattern.replace("{n}", this.at + 1).replace("{all}", this.steps.length);
  }
}

let current = null;

function start() {
  const form = document.querySelector("form[data-report]:not(.is-live)");
  if (!form) return;
  current = new ReportForm(form);
  const bar = form.querySelector("[data-steps]");
  if (bar && !form.querySelector("[data-notes] .l-notice")) new Steps(bar);
}

window.addEventListener("online", () => current?.online());
document.addEventListener("htmx:load", start);
start();
