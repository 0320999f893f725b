// Words come from the page, never from a script: each island reads them from data-word-* attributes.

export function words(key) {
  const holder = document.getElementById("toasts");
  return holder?.dataset[`word${key[0].toUpperCase()}${key.slice(1)}`] || "";
}

export function word(element, key, values = {}) {
  const pattern = element.dataset[`word${key[0].toUpperCase()}${key.slice(1)}`] || "";
  return fill(pattern, values);
}

export function fill(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

export function toast(text, seconds = 6) {
  const holder = document.getElementById("toasts");
  if (!holder || !text) return;
  const element = document.createElement("div");
  element.className = "l-toast";
  element.dataset.toast = String(seconds);
  element.textContent = text;
  holder.append(element);
}
