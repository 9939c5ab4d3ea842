// A page that stays true: news says that something changed, the changed piece is fetched again and swapped in.
// Truth is on the server, so a lost connection or a reload loses nothing.

import { dropDrafts, restoreDrafts } from "./drafts.js";
import * as stream from "./stream.js";
import { tick } from "./times.js";

const SILENCE = 25_000; // two heartbeats and a half
const PATIENCE = 2000;
const link = document.getElementById("link");
const lost = document.getElementById("lost");
const token = document.querySelector('meta[name="csrf-token"]').content;
const running = new Map(); // region id -> whether it must be fetched once more
const fetched = new Map(); // region id -> when it was last asked for
const waiting = new Set(); // ids of regions that are costly to fetch and will be, when their time has come

let listening = false;
let heardAt = Date.now();
let warning = null;

function say(state, words) {
  link.dataset.state = state;
  link.textContent = words;
}

function alive() {
  heardAt = Date.now();
  say("live", "Live");
  clearTimeout(warning);
  warning = null;
  lost.hidden = true;
}

function gone() {
  say("lost", "Reconnecting");
  warning ??= setTimeout(() => { lost.hidden = false; }, PATIENCE); // a hiccup is not worth a banner
}

// --- swapping a piece in without disturbing the reader ---

function fingerprint(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("[data-from]").forEach((region) => region.replaceChildren());
  copy.querySelectorAll("input[name=csrf_token], [data-notice]").forEach((input) => input.remove());
  copy.querySelectorAll("[data-since], [data-until]").forEach((time) => time.replaceChildren());
  copy.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  copy.querySelectorAll("details").forEach((details) => { details.open = false; });
  return copy.innerHTML.replace(/\s+/g, " ").trim();
}

function put(region, fresh) {
  const notice = fresh.querySelector("[data-notice]");
  if (notice) {
    notice.remove();
    tell(notice.textContent, notice.hasAttribute("data-done"));
  }
  if (fingerprint(region) === fingerprint(fresh)) {
    for (const inner of fresh.querySelectorAll("[data-from]")) {
      const mine = document.getElementById(inner.id);
      if (mine) put(mine, inner);
    }
    return;
  }
  if ([...region.querySelectorAll("audio")].some((audio) => !audio.paused)) return; // swapped at a later beat
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  const { selectionStart, selectionEnd } = document.activeElement;
  const unfolded = [...region.querySelectorAll("details[open][id]")].map((details) => details.id);
  const atEnd = region.scrollHeight - region.scrollTop - region.clientHeight < 40;
  region.replaceChildren(...fresh.childNodes);
  tick(region);
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  restoreDrafts(region);
  if (atEnd) region.scrollTop = region.scrollHeight;
  const again = focused && (document.getElementById(focused) ?? region.querySelector("h1[tabindex]")); // never lost to the top
  if (again) {
    again.focus({ preventScroll: true });
    if (selectionEnd) again.setSelectionRange?.(selectionStart, selectionEnd);
  }
  region.dispatchEvent(new CustomEvent("swapped", { bubbles: true }));
}

function fragment(html) {
  const holder = document.createElement("div");
  holder.innerHTML = html;
  return holder;
}

async function ask(url, options = {}) {
  const answer = await fetch(url, { ...options, headers: { "X-Fragment": "1", "X-CSRFToken": token } });
  if (answer.status === 401) location.reload(); // signed out elsewhere: the reload leads to the sign-in page
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.text();
}

export async function refresh(region) {
  if (running.has(region.id)) {
    running.set(region.id, true);
    return;
  }
  running.set(region.id, false);
  fetched.set(region.id, Date.now());
  try {
    put(region, fragment(await ask(region.dataset.from)));
    alive();
  } catch {
    gone();
    setTimeout(() => { if (region.isConnected) refresh(region); }, PATIENCE);
  }
  const again = running.get(region.id);
  running.delete(region.id);
  if (again && region.isConnected) await refresh(region);
}

function refreshInTime(region) {
  const left = Number(region.dataset.every ?? 0) - (Date.now() - (fetched.get(region.id) ?? 0));
  if (left <= 0) refresh(region);
  else if (!waiting.has(region.id)) {
    waiting.add(region.id);
    setTimeout(() => { waiting.delete(region.id); if (region.isConnected) refresh(region); }, left);
  }
}

export function refreshAll() {
  for (const region of document.querySelectorAll("[data-from]:not([data-from] [data-from])")) refreshInTime(region);
}

// --- the stream of news ---

export function follow(...sids) {
  if (!listening) stream.listen(link.dataset.events, hear);
  listening = true;
  stream.follow(sids);
}

function hear(kind, news) {
  if (kind === "lost") return gone();
  alive();
  if (kind === "news") heard(news);
  else refreshAll();
}

function heard(news) {
  const own = document.querySelector(`[data-topic="${CSS.escape(news.topic)}"]`);
  if (own && news.kind === "turn") refresh(own);
  else refreshAll();
}

setInterval(() => {
  if (listening && (Date.now() - heardAt > SILENCE || stream.refused())) {
    gone();
    heardAt = Date.now() - SILENCE / 2; // time to come back before the next try
    stream.again();
    refreshAll(); // finds out whether it is the sign-in that ended
  }
}, 5000);
addEventListener("offline", gone);
addEventListener("online", refreshAll);

// --- forms that answer with a piece of this page ---

function tell(words, good = false) {
  const place = document.getElementById("notice");
  place.classList.toggle("good", good);
  place.textContent = words;
  place.hidden = !words;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-live]");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter;
  if (button?.getAttribute("aria-busy") === "true") return;
  button?.setAttribute("aria-busy", "true");
  tell("");
  try {
    const panel = document.getElementById("panel");
    const fresh = fragment(await ask(form.action, { method: "POST", body: new FormData(form, button) }));
    if (!fresh.querySelector("[data-notice]:not([data-done])")) dropDrafts(form);
    put(panel, fresh);
    refreshAll();
  } catch {
    tell("That did not get through. Check your connection and try again.");
  }
  button?.removeAttribute("aria-busy");
});
