// How the layers of the one map are drawn. What a layer is called and looks like stands in the legend of the page.
import { addMark, colour, fonts } from "./_plan.js";

const TONES = ["quiet", "accent", "attention", "danger", "good"];
const toneOf = (svg) => colour(TONES.includes(svg.dataset.tone) ? svg.dataset.tone : "quiet");

// Counts of different layers that meet at one place stand around it, not on each other.
const ASIDE = { compounds: [0, 30], facilities: [30, 16], venues: [-30, 16], duty: [0, -30], buildings: [-30, -16] };

// A flag stands on its foot; who answers is a badge on the corner of the compound.
const STANDING = { stations: { "icon-anchor": "bottom-left" }, duty: { "icon-offset": [14, -14] } };
const NAMED = { duty: { "text-anchor": "left", "text-offset": [2, -1.1] } };

export function addLayers(map, layers) {
  for (const layer of [...layers].reverse()) {
    map.addSource(layer.slug, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    if (layer.slug === "areas") addAreas(map, layer);
    else addThings(map, layer);
  }
  map.addSource("selected", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({ id: "selected", type: "circle", source: "selected", paint: { "circle-radius": 18, "circle-color": "rgba(0, 0, 0, 0)", "circle-stroke-width": 3, "circle-stroke-color": colour("focus") } });
}

function addAreas(map, layer) {
  const rank = ["get", "rank"];
  const inner = ["min", rank, 4];
  const title = ["get", "title"];
  const from = (least) => ["case", [">=", rank, least], title, ""];
  map.addLayer({ id: "areas-land", type: "fill", source: layer.slug, paint: { "fill-color": colour("card"), "fill-opacity": 0.5 } });
  map.addLayer({ id: "areas-edge", type: "line", source: layer.slug, paint: { "line-color": colour("control"), "line-width": ["-", 2.5, ["*", 0.4, inner]] } });
  map.addLayer({ id: "areas-name", type: "symbol", source: layer.slug, minzoom: layer.names, layout: { "text-field": ["step", ["zoom"], title, 11, from(1), 14, from(2)], "text-font": fonts(), "text-size": 13 }, paint: written() });
}

const written = () => ({ "text-color": colour("ink"), "text-halo-color": colour("paper"), "text-halo-width": 1.5 });

function addThings(map, layer) {
  for (const svg of layer.marks) {
    addMark(map, `${layer.slug}-${svg.dataset.mark}`, svg.querySelector("path").getAttribute("d"), { fill: toneOf(svg), edge: colour("card"), size: 24 });
  }
  const named = layer.names ? { "text-field": ["step", ["zoom"], "", layer.names, ["get", "title"]], "text-font": fonts(), "text-size": 12, "text-anchor": "top", "text-offset": [0, 0.9], "text-optional": true, "text-max-width": 9, ...NAMED[layer.slug] } : {};
  map.addLayer({
    id: `${layer.slug}-thing`, type: "symbol", source: layer.slug, filter: ["!", ["has", "n"]],
    layout: { "icon-image": ["concat", `${layer.slug}-`, ["get", "state"]], "icon-allow-overlap": true, "icon-ignore-placement": true, ...STANDING[layer.slug], ...named },
    paint: written(),
  });
  if (layer.plate) addCounts(map, layer);
}

function addCounts(map, layer) {
  const late = [">", ["get", "over"], 0];
  const fill = colour("card");
  addMark(map, `${layer.slug}-many`, layer.plate, { fill, edge: toneOf(layer.marks[0]), size: 40 });
  addMark(map, `${layer.slug}-late`, layer.plate, { fill, edge: colour("danger"), size: 40 });
  const [before, after] = (layer.item.dataset.wordOver || "").split("{n}");
  const count = ["to-string", ["get", "n"]];
  const over = ["concat", before, ["to-string", ["get", "over"]], after ?? ""];
  const aside = ASIDE[layer.slug] ?? [0, 0];
  map.addLayer({
    id: `${layer.slug}-many`, type: "symbol", source: layer.slug, filter: ["has", "n"],
    layout: {
      "icon-image": ["case", late, `${layer.slug}-late`, `${layer.slug}-many`],
      "icon-size": ["step", ["get", "n"], 0.85, 10, 1, 100, 1.2, 1000, 1.45],
      "icon-allow-overlap": true, "text-allow-overlap": true, "text-font": fonts(), "text-size": 13, "text-line-height": 1,
      "text-field": ["case", late, ["format", count, {}, "\n", {}, over, { "font-scale": 0.7 }], count],
    },
    paint: { "text-color": ["case", late, colour("danger"), colour("ink")], "icon-translate": aside, "text-translate": aside },
  });
}

export const clickable = (map, layers) =>
  layers.flatMap(({ slug }) => [`${slug}-thing`, `${slug}-many`]).filter((id) => map.getLayer(id));

// A base map by the settings: tiles, or a style of vector tiles whose letters are then drawn by the browser too.
export async function baseStyle({ baseUrl, baseForm }, under) {
  if (!baseUrl) return undefined;
  if (baseForm === "raster") {
    const source = { type: "raster", tiles: [baseUrl], tileSize: 256, maxzoom: 18 };
    const muted = { id: "base", type: "raster", source: "base", paint: { "raster-saturation": -0.5, "raster-contrast": -0.15 } };
    return { version: 8, sources: { base: source }, layers: [under, muted] };
  }
  const response = await fetch(baseUrl);
  if (!response.ok) throw new Error(String(response.status));
  const { glyphs, ...style } = await response.json();
  return style;
}
