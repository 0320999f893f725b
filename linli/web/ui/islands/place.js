// Choose a place by pointing at it. The list above the plan holds the same value and works without this script.
import { word } from "./_words.js";

const NEAR_METRES = 60;

function metres(a, b) {
  const x = (a.lng - b.lng) * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(x, a.lat - b.lat) * 111320;
}

class Place {
  constructor(element) {
    this.element = element;
    this.select = element.querySelector("select");
    [this.lng, this.lat] = element.querySelectorAll("input[type=hidden]");
    this.said = element.querySelector("[data-place-chosen]");
    this.pin = null;
    this.said.textContent = this.name() || word(element, "none");
    this.select.addEventListener("change", () => this.fromList());
  }

  name() {
    const option = this.select.selectedOptions[0];
    return option && option.value ? option.textContent.trim() : "";
  }

  async show() {
    try {
      const [kit, response] = await Promise.all([
        import("./_plan.js"),
        fetch(this.element.dataset.geojson, { credentials: "same-origin" }),
      ]);
      if (!response.ok) throw new Error(String(response.status));
      this.places = await response.json();
      this.kit = kit;
      this.element.classList.add("is-live");
      await this.draw();
    } catch {
      this.element.classList.remove("is-live");
      const note = document.createElement("p");
      note.className = "l-quiet";
      note.textContent = word(this.element, "failed");
      this.element.append(note);
    }
  }

  async draw() {
    const { kit } = this;
    const container = this.element.querySelector("[data-plan]");
    const map = await kit.plan(this.element, container, { bounds: kit.boundsOf(this.places) });
    this.map = map;
    map.addSource("places", { type: "geojson", data: this.places });
    const chosen = ["==", ["get", "id"], ""];
    map.addLayer({ id: "areas", type: "fill", source: "places", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": kit.colour("card") } });
    map.addLayer({ id: "chosen", type: "fill", source: "places", filter: chosen, paint: { "fill-color": kit.colour("accent-soft") } });
    map.addLayer({ id: "edges", type: "line", source: "places", filter: ["==", ["geometry-type"], "Polygon"], paint: { "line-color": kit.colour("control"), "line-width": 1 } });
    map.addLayer({ id: "chosen-edge", type: "line", source: "places", filter: chosen, paint: { "line-color": kit.colour("accent"), "line-width": 3 } });
    map.addLayer({ id: "points", type: "circle", source: "places", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 7, "circle-color": kit.colour("card"), "circle-stroke-color": kit.colour("control"), "circle-stroke-width": 2 } });
    const labels = this.places.features.filter((feature) => feature.properties.name).map((feature) => kit.label(map, feature));
    const untangle = () => kit.untangle(labels);
    untangle();
    map.on("moveend", untangle);
    map.on("click", (event) => this.tapped(event));
    this.element.querySelector("[data-place-here]").addEventListener("click", () => this.here());
    if (this.select.value) this.fromList();
    else if (this.lng.value && this.lat.value) this.point({ lng: Number(this.lng.value), lat: Number(this.lat.value) });
  }

  tapped(event) {
    const [hit] = this.map.queryRenderedFeatures(event.point, { layers: ["areas", "points"] });
    this.point(event.lngLat, hit?.properties);
  }

  point(position, hit) {
    const near = hit ? null : this.nearest(position);
    this.lng.value = position.lng.toFixed(6);
    this.lat.value = position.lat.toFixed(6);
    const properties = hit || near?.properties;
    this.choose(properties?.id ?? "");
    if (hit) this.said.textContent = hit.name;
    else this.said.textContent = near ? word(this.element, "near", { name: near.properties.name }) : word(this.element, "point");
    this.pin?.remove();
    this.pin = this.kit.pin(this.map, position);
    this.told();
  }

  nearest(position) {
    let best = null;
    let least = NEAR_METRES;
    for (const feature of this.places.features) {
      const gap = metres(position, this.kit.centre(feature));
      if (gap < least) [best, least] = [feature, gap];
    }
    return best;
  }

  choose(id) {
    const key = String(id);
    this.select.value = [...this.select.options].some((option) => option.value === key) ? key : "";
    for (const layer of ["chosen", "chosen-edge"]) this.map.setFilter(layer, ["==", ["to-string", ["get", "id"]], key || "-"]);
  }

  fromList() {
    this.said.textContent = this.name() || word(this.element, "none");
    if (!this.map) return;
    const feature = this.places.features.find((one) => String(one.properties.id) === this.select.value);
    this.choose(this.select.value);
    this.pin?.remove();
    this.lng.value = this.lat.value = "";
    if (feature) {
      const position = this.kit.centre(feature);
      this.map.easeTo({ center: position });
      this.lng.value = position.lng.toFixed(6);
      this.lat.value = position.lat.toFixed(6);
    }
    this.told();
  }

  here() {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const position = { lng: coords.longitude, lat: coords.latitude };
        this.map.easeTo({ center: position, zoom: 18 });
        this.point(position);
      },
      () => (this.said.textContent = word(this.element, "nowhere")),
      { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 },
    );
  }

  told() {
    this.element.dispatchEvent(
      new CustomEvent("linli:place", { bubbles: true, detail: { id: this.select.value, lng: this.lng.value, lat: this.lat.value } }),
    );
  }
}

// The plan is a large script: it is fetched when the place comes into view, not before.
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    seen.unobserve(entry.target);
    new Place(entry.target).show();
  }
}, { rootMargin: "200px" });

function start(root) {
  for (const element of root.querySelectorAll("[data-place]:not([data-started])")) {
    element.dataset.started = "";
    seen.observe(element);
  }
}

start(document);
document.addEventListener("htmx:load", (event) => start(event.target));
