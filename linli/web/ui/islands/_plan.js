// A plan without a licensed base map: paper, and what we know ourselves. MapLibre's build for a strict CSP.
import * as library from "maplibre-gl/dist/maplibre-gl-csp.js";

const maplibre = library.default ?? library;

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function styled(href) {
  return new Promise((done) => {
    if (document.querySelector(`link[href="${CSS.escape(href)}"]`)) {
      done();
      return;
    }
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.addEventListener("load", done);
    link.addEventListener("error", done);
    document.head.append(link);
  });
}

export const paper = () => ({ id: "paper", type: "background", paint: { "background-color": colour("sunk") } });

// Letters are drawn by the browser in the page's own fonts: a plan needs no glyph files.
export function fonts() {
  return colour("font").split(",").map((name) => name.trim().replaceAll('"', ""));
}

// `view`: { bounds } or { center, zoom }; `style`: a base map, else paper.
export async function plan(element, container, view, style) {
  const { worker, css } = element.dataset;
  await styled(css);
  maplibre.setWorkerUrl(worker);
  const map = new maplibre.Map({
    container,
    ...view,
    fitBoundsOptions: { padding: 32, maxZoom: 18 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    cooperativeGestures: false,
    maxZoom: 20,
    locale: {
      "NavigationControl.ZoomIn": element.dataset.wordZoomIn,
      "NavigationControl.ZoomOut": element.dataset.wordZoomOut,
      "Map.Title": container.getAttribute("aria-label"),
    },
    style: style ?? { version: 8, sources: {}, layers: [paper()] },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }));
  await new Promise((done) => map.once("load", done));
  return map;
}

export function boundsOf(collection) {
  const bounds = new maplibre.LngLatBounds();
  const walk = (part) => (typeof part[0] === "number" ? bounds.extend(part) : part.forEach(walk));
  for (const feature of collection.features) if (feature.geometry) walk(feature.geometry.coordinates);
  return bounds;
}

export function centre(feature) {
  return boundsOf({ features: [feature] }).getCenter();
}

// The library calls every marker a button named "Map marker"; ours are pictures of what the list says in words.
function silent(marker) {
  const element = marker.getElement();
  element.removeAttribute("role");
  element.removeAttribute("aria-label");
  element.removeAttribute("tabindex");
  element.setAttribute("aria-hidden", "true");
  return marker;
}

// Words stand on the plan as elements: no glyph files to fetch, the page's own font, readable by everyone.
export function label(map, feature) {
  const element = document.createElement("span");
  element.className = "l-plan-label";
  element.textContent = feature.properties.short || feature.properties.name;
  return silent(new maplibre.Marker({ element, anchor: "center" }).setLngLat(centre(feature)).addTo(map));
}

// Of labels that would lie on each other the first stays; nearer, more appear.
export function untangle(markers) {
  const shown = [];
  for (const marker of markers) {
    const element = marker.getElement();
    element.hidden = false;
    const box = element.getBoundingClientRect();
    const free = shown.every((other) => box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom);
    element.hidden = !free;
    if (free) shown.push(box);
  }
}

export function pin(map, position) {
  return silent(new maplibre.Marker({ color: colour("accent") }).setLngLat(position).addTo(map));
}

export function popup(map, position, content) {
  return new maplibre.Popup({ closeButton: false, offset: 12 }).setLngLat(position).setDOMContent(content).addTo(map);
}

// One picture from a filled outline on a square of 24: of a thing, or what many of them are counted on.
export function addMark(map, name, path, { fill, edge, size, ratio = 2 }) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * ratio;
  const context = canvas.getContext("2d");
  context.scale((size * ratio) / 24, (size * ratio) / 24);
  const shape = new Path2D(path);
  context.fillStyle = fill;
  context.strokeStyle = edge;
  context.lineWidth = 2 * (24 / size);
  context.lineJoin = "round";
  context.fill(shape, "evenodd");
  context.stroke(shape);
  map.addImage(name, context.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: ratio });
}

const SHAPES = {
  left: "M12 19a7 7 0 1 0 0-14 7 7 0 0 0 0 14",
  near: "M12 4 21 20H3z",
  over: "M12 2l10 10-10 10L2 12z",
  paused: "M5 5h14v14H5z",
};
const FILLS = { left: "good", near: "attention", over: "danger", paused: "quiet" };

// One image per state: shape and colour tell the same thing twice.
export function addShapes(map) {
  for (const [name, path] of Object.entries(SHAPES)) {
    addMark(map, `state-${name}`, path, { fill: colour(FILLS[name]), edge: colour("card"), size: 24 });
  }
}
