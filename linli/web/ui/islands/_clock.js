// The rule of linli/web/ui/clocks.py once more: state and words of a limit at an instant (milliseconds).
import { fill } from "./_words.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function duration(milliseconds, words) {
  const total = Math.trunc(Math.abs(milliseconds) / 1000);
  if (total < MINUTE) return words.soon;
  const days = Math.trunc(total / DAY);
  const hours = Math.trunc((total % DAY) / HOUR);
  const minutes = Math.trunc((total % HOUR) / MINUTE);
  const parts = days ? [["d", days], ["h", hours]] : [["h", hours], ["m", minutes]];
  return parts.filter(([, n]) => n).map(([key, n]) => fill(words[key], { n })).join(" ");
}

export function face(due, warn, now, words) {
  const state = now >= due ? "over" : warn !== null && now >= warn ? "near" : "left";
  const pattern = words[state === "over" ? "over" : "left"];
  return { state, text: fill(pattern, { t: duration(due - now, words) }) };
}
