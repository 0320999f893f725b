// The one map. Each layer is fetched for what is in sight, counted by the server when far, and said again as a list.
import { fillList, readLegend, told } from "./_atlas_list.js";
import { extent, holds, meets, place, widened } from "./_atlas_sight.js";
import { word } from "./_words.js";

const SETTLE = 140;
const TAP = 6;

class Atlas {
  constructor(element) {
    this.element = element;
    this.form = element.querySelector("[data-atlas-form]");
    this.list = element.querySelector("[data-atlas-list]");
    this.note = element.querySelector("[data-atlas-note]");
    this.near = Number(element.dataset.near);
    this.troubles = new Set();
    this.looks = 0;
    this.popup = null;
  }

  async show() {
    this.layers = readLegend(this.form);
    if (matchMedia("(max-width: 900px)").matches) this.form.querySelector("[data-atlas-fold]").open = false;
    try {
      await this.draw();
    } catch {
      this.map = null;
      this.element.classList.remove("is-live");
      this.trouble("noPlan");
    }
    this.listen();
    await this.look();
  }

  async draw() {
    const { element } = this;
    const [kit, drawing] = await Promise.all([import("./_plan.js"), import("./_atlas_layers.js")]);
    Object.assign(this, { kit, drawing });
    element.classList.add("is-live");
    const style = await drawing.baseStyle(element.dataset, kit.paper()).catch(() => this.trouble("baseFailed"));
    const map = await kit.plan(element, element.querySelector("[data-plan]"), this.start(), style);
    map.on("error", ({ sourceId }) => sourceId && !this.layers.some(({ slug }) => slug === sourceId) && this.trouble("baseFailed"));
    drawing.addLayers(map, this.layers);
    this.map = element.atlas = map;
  }

  start() {
    const { at, bounds } = this.element.dataset;
    if (at) return place(at);
    const [west, south, east, north] = bounds.split(",").map(Number);
    return { bounds: [[west, south], [east, north]] };
  }

  listen() {
    const { map } = this;
    let timer = 0;
    this.form.addEventListener("change", (event) => this.changed(event.target));
    window.addEventListener("popstate", () => this.restore());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    document.addEventListener("linli:live", ({ detail }) => this.heard(detail));
    if (!map) return;
    map.on("moveend", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => this.moved(), SETTLE);
    });
    map.on("click", (event) => this.tapped(event));
    for (const id of this.drawing.clickable(map, this.layers)) {
      map.on("mouseenter", id, () => (map.getCanvas().style.cursor = "pointer"));
      map.on("mouseleave", id, () => (map.getCanvas().style.cursor = ""));
    }
  }

  // Without a plan the list still speaks of the whole area.
  sight() {
    if (!this.map) {
      const [west, south, east, north] = this.element.dataset.bounds.split(",").map(Number);
      return { west, south, east, north, zoom: 12 };
    }
    const bounds = this.map.getBounds();
    return { west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth(), zoom: Math.floor(this.map.getZoom()) };
  }

  async look() {
    const sight = this.sight();
    this.looks += 1;
    const mine = this.looks;
    await Promise.all(this.layers.map((layer) => this.fetch(layer, sight)));
    if (mine === this.looks) this.tell();
  }

  fetch(layer, sight) {
    if (!layer.box.checked || sight.zoom < layer.from) {
      this.forget(layer);
      this.put(layer, []);
      return null;
    }
    if (layer.loaded && holds(layer.loaded, sight, this.near)) return null;
    if (layer.asking && holds(layer.asking, sight, this.near)) return layer.asking.answered;
    layer.asking?.stop.abort();
    const asking = { ...widened(sight), zoom: sight.zoom, near: sight.zoom >= this.near, stop: new AbortController() };
    layer.asking = asking;
    asking.answered = this.ask(layer, asking);
    return asking.answered;
  }

  // What is known of a layer no longer holds: a choice was changed, or the world was.
  forget(layer) {
    layer.asking?.stop.abort();
    layer.asking = layer.loaded = null;
  }

  async ask(layer, asking) {
    const { zoom, stop, ...box } = asking;
    const query = this.query(layer);
    query.set("bbox", [box.west, box.south, box.east, box.north].map((n) => n.toFixed(6)).join(","));
    query.set("zoom", String(zoom));
    try {
      const response = await fetch(`${this.element.dataset.url.replace("LAYER", layer.slug)}?${query}`, { credentials: "same-origin", signal: stop.signal });
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      if (layer.asking !== asking) return;
      layer.loaded = { ...box, zoom, cut: answer.cut };
      layer.failed = false;
      this.put(layer, answer.features);
    } catch (error) {
      if (error.name !== "AbortError") layer.failed = true;
    } finally {
      if (layer.asking === asking) layer.asking = null;
    }
  }

  query(layer) {
    const query = new URLSearchParams();
    if (layer.slug === "matters") {
      for (const [name, value] of new FormData(this.form)) if (value && !["layers", "kind", "at"].includes(name)) query.set(name, value);
    }
    const kinds = [...layer.item.querySelectorAll('input[name="kind"]:checked')].map(({ value }) => value);
    if (kinds.length) query.set("kind", kinds.join(","));
    return query;
  }

  put(layer, features) {
    if (!layer.features.length && !features.length) return;
    layer.features = features.map((feature) => ({ ...feature, box: extent(feature.geometry.coordinates) }));
    this.map?.getSource(layer.slug).setData({ type: "FeatureCollection", features });
  }

  // The list follows when there is nothing better to do: it must not stop a hand that moves the map.
  tell() {
    const later = window.requestIdleCallback ?? window.setTimeout;
    later(() => {
      const sight = this.sight();
      for (const layer of this.layers) layer.inView = layer.features.filter((feature) => meets(feature, sight));
      fillList(this.list, this.element, this.layers, (layer, feature, row) => this.choose(layer, feature, row));
      this.note.textContent = this.summary(sight);
    });
  }

  summary(sight) {
    const n = this.layers.reduce((sum, { inView }) => sum + inView.reduce((all, { properties }) => all + (properties.n ?? 1), 0), 0);
    const said = [n ? word(this.element, "shown", { n }) : word(this.element, "none")];
    for (const layer of this.layers.filter(({ box }) => box.checked)) {
      if (sight.zoom < layer.from) said.push(word(this.element, "far", { layer: layer.name }));
      if (layer.loaded?.cut) said.push(word(this.element, "cut", { layer: layer.name }));
      if (layer.failed) said.push(word(this.element, "failed", { layer: layer.name }));
    }
    return [...said, ...[...this.troubles].map((name) => word(this.element, name))].join(" ");
  }

  trouble(name) {
    this.troubles.add(name);
    this.note.textContent = word(this.element, name);
  }

  tapped({ point }) {
    const around = [[point.x - TAP, point.y - TAP], [point.x + TAP, point.y + TAP]];
    const found = this.map.queryRenderedFeatures(around, { layers: this.drawing.clickable(this.map, this.layers) });
    const hits = new Map();
    for (const { source, properties } of found) {
      const layer = this.layers.find(({ slug }) => slug === source);
      const feature = layer.features.find((one) => one.properties.id === properties.id);
      if (feature) hits.set(`${source} ${properties.id}`, { layer, feature });
    }
    const many = [...hits.values()].find(({ feature }) => feature.properties.n);
    if (many) this.open(many.feature);
    else if (hits.size) this.say([...hits.values()]);
    else this.close();
  }

  // A count opens: as near as its things need to stand apart.
  open({ properties, geometry }) {
    this.close();
    const [west, south, east, north] = properties.box;
    if (west === east && south === north) this.map.easeTo({ center: geometry.coordinates, zoom: this.near });
    else this.map.fitBounds([[west, south], [east, north]], { padding: 60, maxZoom: this.near + 1 });
  }

  choose(layer, feature, row) {
    if (!this.map) {
      if (feature.properties.url) window.location.assign(feature.properties.url);
      return;
    }
    if (feature.properties.n) {
      this.open(feature);
      return;
    }
    this.say([{ layer, feature }], row);
    const centre = this.kit.centre(feature);
    if (!this.map.getBounds().contains(centre)) this.map.easeTo({ center: centre });
  }

  say(hits, row = null) {
    this.close();
    const centre = this.kit.centre(hits[0].feature);
    this.back = row?.dataset.feature ?? "";
    this.popup = this.kit.popup(this.map, centre, told(this.element, hits, () => this.close()));
    this.map.getSource("selected").setData({ type: "Feature", geometry: { type: "Point", coordinates: [centre.lng, centre.lat] }, properties: {} });
    this.popup.getElement().querySelector("a, button").focus();
  }

  close() {
    if (!this.popup) return;
    const held = this.popup.getElement().contains(document.activeElement);
    this.popup.remove();
    this.popup = null;
    this.map.getSource("selected").setData({ type: "FeatureCollection", features: [] });
    if (!held) return;
    const row = this.back && this.list.querySelector(`[data-feature="${CSS.escape(this.back)}"]`);
    (row || this.map.getCanvas()).focus();
  }

  changed(field) {
    if (field.type === "date") {
      this.form.requestSubmit();
      return;
    }
    const layer = this.layers.find(({ item }) => item.contains(field));
    if (layer) this.forget(layer);
    history.pushState(null, "", this.address());
    this.chips();
    this.look();
  }

  moved() {
    const { lng, lat } = this.map.getCenter();
    this.form.elements.at.value = `${lng.toFixed(5)},${lat.toFixed(5)},${this.map.getZoom().toFixed(2)}`;
    history.replaceState(null, "", this.address());
    this.chips();
    this.look();
  }

  state() {
    const named = (name) => [...this.form.querySelectorAll(`input[name="${name}"]:checked`)].map(({ value }) => value).join(",");
    return { layers: named("layers"), kind: named("kind"), at: this.form.elements.at.value };
  }

  address(from = window.location.href) {
    const url = new URL(from);
    const { layers, kind, at } = this.state();
    url.searchParams.set("layers", layers);
    for (const [name, value] of Object.entries({ kind, at })) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    return `${url.pathname}${url.search}`.replaceAll("%2C", ",");
  }

  chips() {
    for (const link of document.querySelectorAll("[data-atlas-chips] a")) link.href = this.address(link.href);
  }

  restore() {
    const asked = new URLSearchParams(window.location.search);
    const kinds = (asked.get("kind") ?? "").split(",");
    for (const layer of this.layers) {
      if (asked.has("layers")) layer.box.checked = asked.get("layers").split(",").includes(layer.slug);
      else layer.box.checked = layer.box.defaultChecked;
      for (const box of layer.item.querySelectorAll('input[name="kind"]')) box.checked = kinds.includes(box.value);
      this.forget(layer);
    }
    if (asked.get("at")) this.map?.jumpTo(place(asked.get("at")));
    this.chips();
    this.look();
  }

  heard({ kind }) {
    if (!["case", "report", "*"].includes(kind) || this.waiting) return;
    this.waiting = window.setTimeout(() => {
      this.waiting = 0;
      const matters = this.layers.find(({ slug }) => slug === "matters");
      this.forget(matters);
      this.look();
    }, 3000);
  }
}

for (const element of document.querySelectorAll("[data-atlas]")) new Atlas(element).show();
