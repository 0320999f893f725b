{% load static %}// The pages of a worker's day, kept on this phone so that they open without a connection: the network first, and what
// was kept only when there is none. Kept for twelve hours, as long as a session; gone at once when nobody is signed in.

const PAGES = "linli-pages";
const PARTS = "linli-parts";
const AGE = 12 * 3600 * 1000;
const STATIC = "{% get_static_prefix %}";
const WAITING = "{% url 'worker:waiting' %}";
const UNKEPT = `${WAITING}?unkept=1`;
const NEVER = ["{% url 'worker:outbox' %}", "{% url 'worker:service_worker' %}"];
const KEPT_AT = "x-linli-kept-at";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function ours(url) {
  return url.origin === self.location.origin && url.href.startsWith(self.registration.scope) && !NEVER.includes(url.pathname);
}

async function keep(name, key, response) {
  const headers = new Headers(response.headers);
  headers.set(KEPT_AT, String(Date.now()));
  const cache = await caches.open(name);
  await cache.put(key, new Response(await response.blob(), { status: response.status, headers }));
}

async function kept(name, key) {
  const cache = await caches.open(name);
  const found = await cache.match(key);
  if (!found) return null;
  if (Date.now() - Number(found.headers.get(KEPT_AT)) < AGE) return found;
  await cache.delete(key);
  return null;
}

// A page is kept under its path: what stands behind the question mark belongs to one visit.
const key = (url) => (url.pathname + url.search === UNKEPT ? UNKEPT : url.pathname);

async function page(request) {
  const url = new URL(request.url);
  try {
    const response = await fetch(request);
    if (response.type === "opaqueredirect" && url.href !== self.registration.scope) await caches.delete(PAGES);
    else if (response.ok && !response.redirected) await keep(PAGES, key(url), response.clone());
    return response;
  } catch (error) {
    const found = (await kept(PAGES, key(url))) || (await kept(PAGES, UNKEPT));
    if (found) return found;
    throw error;
  }
}

async function part(request) {
  try {
    const response = await fetch(request);
    if (response.ok) await keep(PARTS, request.url, response.clone());
    return response;
  } catch (error) {
    const found = await (await caches.open(PARTS)).match(request.url);
    if (found) return found;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin === self.location.origin && url.pathname.startsWith(STATIC)) event.respondWith(part(request));
  else if (request.mode === "navigate" && ours(url)) event.respondWith(page(request));
});

// The matters of today are fetched ahead, and the forms that their pages name: `<a data-keep href="…">`.
const LINK = /<a\b[^>]*\bdata-keep\b[^>]*>/g;
const MODULE = /["'](\.\/[^"']+\.js)["']/g;
const LOADED = /(?:src|href)="([^"]+\.(?:js|css))"/g;
const MOST = 60;
const FRESH = 15 * 60 * 1000;

// A form that is opened for the first time without a connection needs its scripts and styles too.
async function parts(text, pattern, base) {
  for (const [, name] of text.matchAll(pattern)) {
    const url = new URL(name, base);
    const cache = await caches.open(PARTS);
    if (url.origin !== self.location.origin || !url.pathname.startsWith(STATIC) || (await cache.match(url))) continue;
    const response = await fetch(url);
    if (!response.ok) continue;
    await keep(PARTS, url.href, response.clone());
    if (url.pathname.endsWith(".js")) await parts(await response.text(), MODULE, url);
  }
}

async function ahead(addresses, depth, done) {
  for (const address of addresses) {
    const url = new URL(address, self.location.origin);
    if (done.has(key(url)) || done.size >= MOST || !ours(url)) continue;
    done.add(key(url));
    const old = await kept(PAGES, key(url));
    const fresh = old && Date.now() - Number(old.headers.get(KEPT_AT)) < FRESH;
    const response = fresh ? old : await fetch(url, { credentials: "same-origin" });
    if (!response.ok || response.redirected) continue;
    const text = await response.clone().text();
    if (!fresh) await keep(PAGES, key(url), response);
    await parts(text, LOADED, url);
    if (depth) await ahead([...text.matchAll(LINK)].map(([tag]) => /href="([^"]+)"/.exec(tag)?.[1]).filter(Boolean), depth - 1, done);
  }
}

self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(ahead([WAITING, UNKEPT, ...event.data.keep], 1, new Set()).catch(() => undefined));
});
