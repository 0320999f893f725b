// Windows of the map: what was fetched, what is in sight, what lies in it. Plain numbers, no library.
const AROUND = 0.35;
const clamp = (value, most) => Math.min(most, Math.max(-most, value));

// "lng,lat,zoom" of an address.
export function place(text) {
  const [lng, lat, zoom] = text.split(",").map(Number);
  return { center: [lng, lat], zoom };
}

// More than is in sight is fetched, so that a short move needs nothing new.
export function widened({ west, south, east, north }) {
  const [wide, tall] = [(east - west) * AROUND, (north - south) * AROUND];
  return { west: clamp(west - wide, 180), south: clamp(south - tall, 90), east: clamp(east + wide, 180), north: clamp(north + tall, 90) };
}

// Whether what was fetched still tells all that is in sight, at the scale of now.
export function holds(loaded, sight, near) {
  const inside = loaded.west <= clamp(sight.west, 180) && loaded.south <= clamp(sight.south, 90) && loaded.east >= clamp(sight.east, 180) && loaded.north >= clamp(sight.north, 90);
  return inside && !loaded.cut && (loaded.zoom === sight.zoom || (loaded.near && sight.zoom >= near));
}

export function extent(coordinates, box = [180, 90, -180, -90]) {
  if (typeof coordinates[0] !== "number") {
    for (const part of coordinates) extent(part, box);
    return box;
  }
  const [lng, lat] = coordinates;
  box[0] = Math.min(box[0], lng);
  box[1] = Math.min(box[1], lat);
  box[2] = Math.max(box[2], lng);
  box[3] = Math.max(box[3], lat);
  return box;
}

export const meets = ({ box }, { west, south, east, north }) => box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south;
