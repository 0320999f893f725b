// Acts that wait on this phone. Each has a key made here, so that the server does it once however often it is sent. They
// go out in order; one that is refused stays with its reason, and what follows it on the same matter waits behind it.

const NAME = "linli-outbox";
const STORE = "acts";
const { who, outbox: state, signIn } = document.body.dataset;

function opened() {
  return new Promise((done, failed) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

async function store(mode, work) {
  const base = await opened();
  try {
    return await new Promise((done, failed) => {
      const transaction = base.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(request.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  } finally {
    base.close();
  }
}

function told(detail = {}) {
  document.dispatchEvent(new CustomEvent("linli:outbox", { detail }));
}

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// Only one's own: another person on the same phone neither sees nor sends them.
export async function acts() {
  return (await store("readonly", (rows) => rows.getAll())).filter((act) => act.who === who);
}

export async function put({ url, matter, title, body }) {
  const fields = [...body.entries()].filter(([name]) => name !== "csrfmiddlewaretoken");
  const sent = fields.filter(([, value]) => !(value instanceof File && value.size === 0));
  await store("readwrite", (rows) => rows.add({ url, matter, title, fields: sent, who, at: Date.now(), refused: "" }));
  told({ kept: true });
}

export async function drop(id) {
  await store("readwrite", (rows) => rows.delete(id));
  told();
}

export async function retry(act) {
  await store("readwrite", (rows) => rows.put({ ...act, refused: "" }));
  await send();
}

// Whose session this is, and a form token of now: the page may have been opened hours ago, or by somebody else.
async function session() {
  const response = await fetch(state, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (response.redirected) return { problem: "signed-out" };
  if (!response.ok) return { problem: "failed" };
  const given = await response.json();
  return given.who === who ? given : { problem: "signed-out" };
}

async function reason(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return page.querySelector('[role="alert"], .l-notice__body')?.textContent.trim() || String(response.status);
}

const LATER = [408, 413, 425, 429];

async function deliver(act) {
  const { token, problem } = await session();
  if (problem) return problem;
  const body = new FormData();
  for (const [name, value] of act.fields) value instanceof File ? body.append(name, value, value.name) : body.append(name, value);
  body.set("csrfmiddlewaretoken", token);
  const headers = { "X-Linli-Outbox": "1", "HX-Request": "true" };
  const response = await fetch(act.url, { method: "POST", body, credentials: "same-origin", headers });
  if (response.status === 204) {
    await store("readwrite", (rows) => rows.delete(act.id));
    return "sent";
  }
  if (response.redirected && new URL(response.url).pathname === signIn) return "signed-out";
  if (response.status >= 500 || LATER.includes(response.status)) return "failed";
  const refused = await reason(response);
  await store("readwrite", (rows) => rows.put({ ...act, refused }));
  return "refused";
}

async function all() {
  const held = new Set();
  let sent = 0;
  for (const act of await acts()) {
    if (act.refused) held.add(act.matter);
    if (held.has(act.matter)) continue;
    const result = await deliver(act).catch(() => "offline");
    if (result === "refused") held.add(act.matter);
    else if (result === "sent") sent += 1;
    else return { problem: result, sent };
  }
  return { sent };
}

// One sender at a time, whatever the number of open pages.
export async function send() {
  if (!navigator.onLine || !who) return;
  const once = navigator.locks ? (work) => navigator.locks.request(NAME, { ifAvailable: true }, (lock) => lock && work()) : (work) => work();
  const result = await once(all);
  if (result) told(result);
}
