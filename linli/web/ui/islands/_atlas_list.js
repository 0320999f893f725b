// The things in view as a real list, by layer: what a pointer finds on the map, a keyboard and a screen reader find here.
import { word } from "./_words.js";

const ROWS = 40;

// The layers of the page, as its legend has them.
export function readLegend(form) {
  return [...form.querySelectorAll("[data-layer]")].map((item) => ({
    slug: item.dataset.layer,
    name: item.querySelector("[data-layer-name]").textContent,
    item,
    box: item.querySelector('input[name="layers"]'),
    names: Number(item.dataset.names),
    from: Number(item.dataset.from),
    plate: item.dataset.plate,
    marks: [...item.querySelectorAll("[data-mark]")],
    features: [],
    inView: [],
    loaded: null,
    asking: null,
    failed: false,
  }));
}

function made(tag, name, ...inside) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...inside);
  return element;
}

export function markOf(layer, { state, n, over }) {
  const svg = (layer.marks.find((one) => one.dataset.mark === state) ?? layer.marks[0]).cloneNode(true);
  if (!n) return svg;
  svg.querySelector("path").setAttribute("d", layer.plate);
  svg.dataset.many = "";
  if (over) svg.dataset.tone = "danger";
  return svg;
}

// What is said of a feature: its title and what stands below it.
export function saying(element, layer, { properties }) {
  if (!properties.n) return { title: properties.title, facts: properties.facts };
  const over = properties.over ? [word(layer.item, "over", { n: properties.over })] : [];
  return { title: word(element, "many", { n: properties.n }), facts: over };
}

export function fillList(holder, element, layers, choose) {
  const parts = layers.filter(({ inView }) => inView.length).map((layer) => group(element, layer, choose));
  holder.replaceChildren(...parts);
}

function group(element, layer, choose) {
  const rows = layer.inView.slice(0, ROWS).map((feature) => row(element, layer, feature, choose));
  const total = layer.inView.reduce((sum, { properties }) => sum + (properties.n ?? 1), 0);
  const count = made("span", "l-count", String(total));
  const part = made("section", "d-atlas__group", made("h3", "", layer.name, " ", count), made("ul", "l-list", ...rows));
  const left = layer.inView.length - rows.length;
  if (left > 0) part.append(made("p", "l-quiet l-small", word(element, "more", { n: left })));
  return part;
}

function row(element, layer, feature, choose) {
  const { title, facts } = saying(element, layer, feature);
  const said = made("span", "l-row__main", made("span", "l-row__title", title), made("span", "l-quiet l-small", facts.join(" · ")));
  const button = made("button", "l-row", markOf(layer, feature.properties), said);
  button.type = "button";
  button.dataset.feature = feature.properties.id;
  button.addEventListener("click", () => choose(layer, feature, button));
  return made("li", "", button);
}

// What a tapped place says: every thing that lies there, each with its way on.
export function told(element, hits, close) {
  const lines = hits.slice(0, 8).map(({ layer, feature }) => line(element, layer, feature));
  const box = made("div", "d-atlas__told", ...lines);
  if (hits.length > lines.length) box.append(made("p", "l-quiet l-small", word(element, "more", { n: hits.length - lines.length })));
  const button = made("button", "l-btn l-btn--plain", word(element, "close"));
  button.type = "button";
  button.addEventListener("click", close);
  box.append(button);
  return box;
}

function line(element, layer, feature) {
  const { title, facts } = saying(element, layer, feature);
  const { url } = feature.properties;
  const part = made("div", "d-atlas__one", markOf(layer, feature.properties), made("strong", "", title), made("span", "l-quiet l-small", facts.join(" · ")));
  if (url) {
    const link = made("a", "", word(element, layer.slug === "matters" ? "open" : "here"));
    link.href = url;
    part.append(link);
  }
  return part;
}
