// A page that stays true: news says that something changed, the changed piece is fetched again and swapped in.
// Truth is on the server, so a lost connection or a reload loses nothing.

import { holdDrafts, leaveDrafts, restoreDrafts, sentDrafts } from "./drafts.js";
import { ask, SignedOutError } from "./http.js";
import { offerAgain, rememberNotDone } from "./not_done.js";
import * as stream from "./stream.js";
import { tick } from "./times.js";

const SILENCE = 25_000; // two heartbeats and a half
const PATIENCE = 2000;
const link = document.getElementById("link");
const lost = document.getElementById("lost");
const running = new Map(); // region id -> whether it must be fetched once more
const fetched = new Map(); // region id -> when it was last asked for
const waiting = new Set(); // ids of regions that are costly to fetch and will be, when their time has come

let listening = false;
let heardAt = Date.now();
let warning = null;
let leaving = false;
let staying = false; // signed out, on a page that must not be left now
let later = null;

function say(state, words) {
  link.dataset.state = state;
  link.textContent = words;
}

function alive() {
  heardAt = Date.now();
  say("live", "Live");
  clearTimeout(warning);
  warning = null;
  showLost(false);
  if (staying) tell("");
  staying = false;
}

function gone() {
  say("lost", "Reconnecting");
  warning ??= setTimeout(() => showLost(true), PATIENCE); // a hiccup is not worth a banner
}

function showLost(is) {
  if (lost.hidden !== is) return;
  lost.hidden = !is;
  document.dispatchEvent(new CustomEvent("link", { detail: is ? "lost" : "live" }));
}

// --- swapping a piece in without disturbing the reader ---

function fingerprint(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("[data-from]").forEach((region) => region.replaceChildren());
  copy.querySelectorAll("input[name=csrf_token], [data-notice]").forEach((input) => input.remove());
  copy.querySelectorAll("[data-since], [data-until]").forEach((time) => {
    time.replaceChildren();
    for (const name of ["data-since", "data-until"]) time.removeAttribute(name);
  });
  copy.querySelectorAll("[data-draft]").forEach((field) => { // what is in it is theirs who write it
    for (const name of ["value", "checked"]) if (name !== "value" || !["radio", "checkbox"].includes(field.type)) field.removeAttribute(name);
    if (field.matches("textarea")) field.replaceChildren();
    field.querySelectorAll("option").forEach((option) => option.removeAttribute("selected"));
  });
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
    setTimes(region, fresh);
    for (const inner of fresh.querySelectorAll("[data-from]")) {
      const mine = document.getElementById(inner.id);
      if (mine) put(mine, inner);
    }
    return;
  }
  if ([...region.querySelectorAll("audio")].some((audio) => !audio.paused)) return; // swapped at a later beat
  const field = region.contains(document.activeElement) ? document.activeElement : null;
  const { selectionStart, selectionEnd } = field ?? {};
  const unfolded = [...region.querySelectorAll("details[open][id]")].map((details) => details.id);
  const scrolled = [region, ...region.querySelectorAll("[data-scroll]")].map(scrollOf);
  region.replaceChildren(...fresh.childNodes);
  tick(region);
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
  restoreDrafts();
  for (const { id, top, atEnd } of scrolled) {
    const one = document.getElementById(id);
    if (one) one.scrollTop = atEnd ? one.scrollHeight : top;
  }
  const same = field?.id ? document.getElementById(field.id) : null;
  const again = same ?? (field && region.querySelector("h1[tabindex]")); // never lost to the top
  again?.focus({ preventScroll: true });
  if (same && selectionEnd) same.setSelectionRange?.(selectionStart, selectionEnd);
  if (field && !same && field.matches("[data-draft]")) document.dispatchEvent(new CustomEvent("cut-off"));
  leaveDrafts();
  region.dispatchEvent(new CustomEvent("swapped", { bubbles: true }));
}

// A clock that runs on from another time is no other page: nobody who writes beside it is disturbed.
function setTimes(region, fresh) {
  const theirs = fresh.querySelectorAll("[data-since], [data-until]");
  region.querySelectorAll("[data-since], [data-until]").forEach((time, nth) => Object.assign(time.dataset, theirs[nth]?.dataset));
}

// Where the reader is in it; of what grows at its end, whoever is at the end stays there.
function scrollOf({ id, dataset, scrollTop, scrollHeight, clientHeight }) {
  return { id, top: scrollTop, atEnd: dataset.scroll === "end" && scrollHeight - scrollTop - clientHeight < 40 };
}

function fragment(html) {
  const holder = document.createElement("div");
  holder.innerHTML = html;
  return holder;
}

export async function refresh(region) {
  if (leaving) return;
  if (running.has(region.id)) {
    running.set(region.id, true);
    return;
  }
  running.set(region.id, false);
  fetched.set(region.id, Date.now());
  try {
    put(region, fragment(await ask(region.dataset.from)));
    alive();
  } catch (fault) {
    if (fault instanceof SignedOutError) {
      running.delete(region.id);
      return signedOut();
    }
    gone();
    setTimeout(() => { if (region.isConnected) refresh(region); }, PATIENCE);
  }
  const again = running.get(region.id);
  running.delete(region.id);
  if (again && region.isConnected) await refresh(region);
}

function refreshInTime(region) {
  const left = Number(region.dataset.every ?? 0) - (Date.now() - (fetched.get(region.id) ?? 0));
  if (left <= 0) return refresh(region);
  if (!waiting.has(region.id)) {
    waiting.add(region.id);
    setTimeout(() => { waiting.delete(region.id); if (region.isConnected) refresh(region); }, left);
  }
}

/** The panel first: what is written beside it may go on in it. */
export async function refreshAll() {
  const panel = document.getElementById("panel");
  await refreshInTime(panel);
  for (const region of document.querySelectorAll("[data-from]:not([data-from] [data-from])")) if (region !== panel) refreshInTime(region);
}

// --- the stream of news ---

export function follow(...sids) {
  if (!listening) stream.listen(link.dataset.events, hear);
  listening = true;
  stream.follow(sids);
}

function hear(kind, news) {
  if (kind === "lost") return gone();
  if (kind === "over") return signedOut();
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

// Asked for again, the page leads to the sign-in and back here, unless something on it must not be left now.
function signedOut() {
  leaving = document.dispatchEvent(new CustomEvent("signed-out", { cancelable: true }));
  if (leaving) return location.reload();
  if (!staying) tell(STAYS);
  staying = true;
  clearTimeout(later);
  later = setTimeout(refreshAll, PATIENCE);
}

// --- forms that answer with a piece of this page ---

function tell(words, good = false) {
  const place = document.getElementById("notice");
  place.classList.toggle("good", good);
  place.textContent = words;
  place.hidden = !words;
}

async function act(action, body) {
  const fresh = fragment(await ask(action, { method: "POST", body }));
  const done = !fresh.querySelector("[data-notice]:not([data-done])");
  return { done, show: () => { put(document.getElementById("panel"), fresh); refreshAll(); } };
}

const STAYS = "You were signed out. Your call goes on. Sign in again in another tab, and this one works again.";
const NOT_THROUGH = "That did not get through. Check your connection and try again.";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-live]");
  if (!form) return;
  event.preventDefault();
  const button = event.submitter;
  if (button?.getAttribute("aria-busy") === "true") return;
  button?.setAttribute("aria-busy", "true");
  tell("");
  const body = new FormData(form, button);
  const seen = await holdDrafts(form);
  if ("drafts" in form.dataset) body.set("seen", JSON.stringify(seen));
  try {
    const { done, show } = await act(form.action, body);
    sentDrafts(form, done);
    show();
  } catch (fault) {
    sentDrafts(form, false);
    if (fault instanceof SignedOutError) {
      rememberNotDone(form, button);
      signedOut();
    } else tell(NOT_THROUGH);
  }
  button?.removeAttribute("aria-busy");
});
document.addEventListener("told", ({ detail }) => tell(detail));
offerAgain((action, body) => act(action, body).then(({ show }) => show(), () => tell(NOT_THROUGH)));
