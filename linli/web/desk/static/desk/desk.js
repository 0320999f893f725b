// The preview follows the list; the choice of an item shows what follows from it; x chooses a row.
const preview = document.getElementById("preview");
let timer = 0;
const shown = () => Boolean(preview && preview.offsetParent);
function peek(row) {
  if (!shown() || !window.htmx) return;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => window.htmx.ajax("GET", row.dataset.peek, { target: "#preview", swap: "innerHTML" }), 120);
}
document.addEventListener("linli:row", (event) => event.target.dataset.peek && peek(event.target));
document.addEventListener("click", (event) => {
  const link = event.target.closest(".d-row > a");
  if (link && shown() && event.detail > 0 && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    const row = link.closest(".d-row");
    document.querySelectorAll(".d-row.is-at").forEach((one) => one.classList.remove("is-at"));
    row.classList.add("is-at");
    peek(row);
  }
  if (event.target.closest("[data-desk-all]")) document.querySelectorAll('[name="pick"]').forEach((box) => (box.checked = true));
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  const box = document.querySelector('.d-row.is-at [name="pick"]');
  if (box) box.checked = !box.checked;
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  const field = form?.querySelector("[data-consequence]");
  if (!field || !["item", "other"].includes(event.target.name) || !window.htmx) return;
  if (event.target.name === "other" && event.target.value) form.querySelector('[name="item"][value="other"]').checked = true;
  const values = Object.fromEntries([...new FormData(form)].filter(([name]) => ["item", "other"].includes(name)));
  window.htmx.ajax("GET", field.dataset.consequence, { target: "#consequence", swap: "innerHTML", values });
});
