// The large button opens the camera at once; the form then takes the picture over in the same page, so that it need not
// travel twice and is never written to the device's storage.

const link = document.querySelector("[data-first]");
const input = document.querySelector("[data-first-camera]");

async function open(file) {
  const response = await fetch(link.href, { credentials: "same-origin" });
  if (!response.ok) throw new Error(String(response.status));
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of [".l-top", "#main", ".l-bottom"]) {
    document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
  }
  document.title = page.title;
  history.pushState({}, "", link.href);
  const carried = new DataTransfer();
  carried.items.add(file);
  document.querySelector('#main input[type=file][name="photos"]').files = carried.files;
  const main = document.querySelector("#main");
  window.htmx.process(document.body);
  main.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
  window.scrollTo(0, 0);
  main.focus({ preventScroll: true });
}

if (link && input && "DataTransfer" in window) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    input.click();
  });
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (file) open(file).catch(() => (window.location.href = link.href));
  });
  window.addEventListener("popstate", () => window.location.reload());
}
