// Open matters on the plan, in clusters; the same matters as a list below. Follows the live stream.
import { word } from "./_words.js";

class MatterMap {
  constructor(element) {
    this.element = element;
    this.note = element.querySelector("[data-map-note]");
    this.list = element.querySelector("[data-map-list]");
  }

  async load() {
    const response = await fetch(this.element.dataset.geojson, { credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
    this.matters = await response.json();
    this.list.replaceChildren(...this.matters.features.map(({ properties }) => this.row(properties)));
    this.note.textContent = this.matters.features.length ? "" : word(this.element, "none");
  }

  row({ title, url }) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.className = "l-row";
    link.href = url;
    link.textContent = title;
    item.append(link);
    return item;
  }

  async show() {
    try {
      const [kit] = await Promise.all([import("./_plan.js"), this.load()]);
      this.kit = kit;
      if (!this.matters.features.length) return;
      this.element.classList.add("is-live");
      await this.draw();
    } catch {
      this.element.classList.remove("is-live");
      this.element.querySelector("details").open = true;
      this.note.textContent = word(this.element, "failed");
    }
  }

  async draw() {
    const { kit, element } = this;
    const map = await kit.plan(element, element.querySelector("[data-plan]"), { bounds: kit.boundsOf(this.matters) });
    this.map = map;
    kit.addShapes(map);
    const late = [">", ["get", "over"], 0];
    const count = ["to-string", ["get", "point_count"]];
    const [before, after] = word(element, "over").split("{n}");
    const overdue = ["concat", before, ["to-string", ["get", "over"]], after];
    map.addSource("matters", {
      type: "geojson", data: this.matters, cluster: true, clusterRadius: 44, clusterMaxZoom: 17,
      clusterProperties: { over: ["+", ["case", ["==", ["get", "state"], "over"], 1, 0]] },
    });
    map.addLayer({
      id: "clusters", type: "circle", source: "matters", filter: ["has", "point_count"],
      paint: { "circle-color": kit.colour("card"), "circle-stroke-color": ["case", late, kit.colour("danger"), kit.colour("accent")], "circle-stroke-width": 2, "circle-radius": ["step", ["get", "point_count"], 18, 10, 22, 100, 28] },
    });
    map.addLayer({
      id: "counts", type: "symbol", source: "matters", filter: ["has", "point_count"],
      layout: { "text-field": ["case", late, ["format", count, {}, "\n", {}, overdue, { "font-scale": 0.75 }], count], "text-size": 14, "text-line-height": 1, "text-allow-overlap": true },
      paint: { "text-color": ["case", late, kit.colour("danger"), kit.colour("ink")] },
    });
    map.addLayer({
      id: "matters", type: "symbol", source: "matters", filter: ["!", ["has", "point_count"]],
      layout: { "icon-image": ["concat", "state-", ["coalesce", ["get", "state"], "left"]], "icon-allow-overlap": true },
    });
    map.on("click", "clusters", (event) => this.open(event.features[0]));
    map.on("click", "matters", (event) => this.tell(event.features[0]));
    for (const layer of ["clusters", "matters"]) {
      map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
      map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
    }
  }

  async open(feature) {
    const zoom = await this.map.getSource("matters").getClusterExpansionZoom(feature.properties.cluster_id);
    this.map.easeTo({ center: feature.geometry.coordinates, zoom });
  }

  tell({ properties, geometry }) {
    const { target } = this.element.dataset;
    if (target && properties.preview && window.htmx) {
      window.htmx.ajax("GET", properties.preview, { target, swap: "innerHTML" });
      return;
    }
    const box = document.createElement("div");
    const text = document.createElement("p");
    text.textContent = properties.title;
    const link = document.createElement("a");
    link.href = properties.url;
    link.textContent = word(this.element, "open");
    box.append(text, link);
    this.kit.popup(this.map, geometry.coordinates, box);
  }

  async refresh() {
    try {
      await this.load();
      this.map?.getSource("matters")?.setData(this.matters);
    } catch {
      this.note.textContent = word(this.element, "failed");
    }
  }
}

const maps = [...document.querySelectorAll("[data-map]")].map((element) => new MatterMap(element));
maps.forEach((map) => map.show());

let timer = 0;
document.addEventListener("linli:live", ({ detail }) => {
  if (!["case", "report", "*"].includes(detail.kind) || timer) return;
  timer = window.setTimeout(() => {
    timer = 0;
    maps.forEach((map) => map.refresh());
  }, 3000);
});
