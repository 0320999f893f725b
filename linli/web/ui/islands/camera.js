// Photos: taken or chosen, made smaller on the device (which also drops position and other metadata), shown, removable.
// The ordinary file field is what gets sent, so a form works the same with and without this script.
import { word } from "./_words.js";

const QUALITY = 0.85;

async function smaller(file, edge) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file; // a kind this browser cannot read: the server can
  }
  const scale = Math.min(1, edge / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) return file;
  const name = file.name.replace(/\.[^.]*$/, "") || "photo";
  return new File([blob], `${name}.jpg`, { type: "image/jpeg", lastModified: file.lastModified });
}

function size(bytes) {
  return bytes > 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.ceil(bytes / 1024)} kB`;
}

class Camera {
  constructor(element) {
    this.element = element;
    this.field = element.querySelector(".l-camera__plain input");
    this.shots = element.querySelector(".l-camera__shots");
    this.note = element.querySelector("[data-camera-note]");
    this.bar = element.querySelector("progress");
    this.max = Number(element.dataset.max);
    this.edge = Number(element.dataset.edge);
    this.files = [];
    for (const input of element.querySelectorAll("[data-camera-take], [data-camera-pick]")) {
      input.addEventListener("change", () => {
        const chosen = [...input.files];
        input.value = "";
        this.add(chosen);
      });
    }
    const form = element.closest("form");
    form?.addEventListener("htmx:xhr:progress", (event) => this.progress(event.detail));
    form?.addEventListener("submit", () => this.files.length && this.progress({ lengthComputable: false }));
    form?.addEventListener("reset", () => window.setTimeout(() => this.clear()));
    element.classList.add("is-live");
    if (this.field.files.length) this.add([...this.field.files]);
  }

  async add(chosen) {
    const room = this.max - this.files.length;
    const taken = chosen.slice(0, room);
    for (const [n, file] of taken.entries()) {
      this.note.textContent = word(this.element, "preparing", { n: n + 1, all: taken.length });
      this.files.push(await smaller(file, this.edge));
    }
    this.draw();
    if (chosen.length > room) this.note.textContent = word(this.element, "full");
  }

  remove(file) {
    this.files = this.files.filter((other) => other !== file);
    this.draw();
    this.element.querySelector("[data-camera-take]").focus();
  }

  clear() {
    this.files = [];
    this.draw();
  }

  draw() {
    const kept = new DataTransfer();
    this.files.forEach((file) => kept.items.add(file));
    this.field.files = kept.files;
    for (const image of this.shots.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.shots.replaceChildren(...this.files.map((file, n) => this.shot(file, n + 1)));
    const bytes = this.files.reduce((sum, file) => sum + file.size, 0);
    this.note.textContent = this.files.length ? word(this.element, "count", { n: this.files.length, all: this.max, size: size(bytes) }) : "";
    this.bar.hidden = true;
    const full = this.files.length >= this.max;
    for (const label of this.element.querySelectorAll(".l-camera__buttons label")) {
      label.setAttribute("aria-disabled", String(full));
      label.querySelector("input").disabled = full;
    }
    this.element.dispatchEvent(new CustomEvent("linli:photos", { bubbles: true, detail: { count: this.files.length } }));
  }

  shot(file, n) {
    const item = document.createElement("li");
    if (file.type === "image/jpeg" || file.type === "image/png") {
      const image = document.createElement("img");
      image.alt = word(this.element, "photo", { n });
      image.src = URL.createObjectURL(file);
      item.append(image);
    } else {
      const box = document.createElement("span");
      box.className = "l-camera__file";
      box.textContent = file.name;
      item.append(box);
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "✕";
    button.setAttribute("aria-label", word(this.element, "remove", { n }));
    button.addEventListener("click", () => this.remove(file));
    item.append(button);
    return item;
  }

  progress({ lengthComputable, loaded, total }) {
    this.bar.hidden = false;
    if (!lengthComputable) {
      this.bar.removeAttribute("value");
      return;
    }
    this.bar.value = Math.round((loaded / total) * 100);
    this.note.textContent = word(this.element, "sending", { n: this.bar.value });
  }
}

function start(root) {
  for (const element of root.querySelectorAll("[data-camera]:not(.is-live)")) new Camera(element);
}

start(document);
document.addEventListener("htmx:load", (event) => start(event.target));
