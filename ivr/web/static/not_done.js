// What was asked for when the sign-in had ended: it was not done, and is offered to whoever signs in again, once.

import { person } from "./http.js";

const KEY = "not-done";
const ASKED = "asked"; // by a form whose answer has not come yet
const SECRET = "[type=password], [autocomplete=one-time-code]";
const place = document.getElementById("not-done");

/** Remember what a form asked for, until somebody has signed in again. */
export function rememberNotDone(form, button) {
  sessionStorage.setItem(KEY, kept(form, button, false));
}

/** Remember what a form asks for, until the page that comes says whether it was done. */
export function rememberAsked(form, button) {
  sessionStorage.setItem(ASKED, kept(form, button, true));
}

/** It was not done. */
export function wasNotDone() {
  const asked = sessionStorage.getItem(ASKED);
  forgetAsked();
  if (asked) sessionStorage.setItem(KEY, asked);
}

/** It was answered, done or refused. */
export function forgetAsked() {
  sessionStorage.removeItem(ASKED);
}

// Of a form with a secret no field is kept: it is to be filled in again.
function kept(form, button, native) {
  const secret = form.hasAttribute("data-private") || form.querySelector(SECRET) !== null;
  const fields = secret ? null : [...new FormData(form, button)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
  return JSON.stringify({ person, native, action: form.action, fields, words: wordsOf(button ?? form) });
}

function wordsOf(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((kbd) => kbd.remove());
  return copy.textContent.trim();
}

/** Offer what was not done; `act` does it. `native`: what a form asked for whose answer is another page. */
export function offerAgain(act, native = false) {
  const kept = JSON.parse(sessionStorage.getItem(KEY));
  if (!place || !kept || kept.native !== native) return;
  sessionStorage.removeItem(KEY);
  if (kept.person !== person) return;
  place.querySelector(".what").textContent = kept.words;
  place.hidden = false;
  const done = () => { place.hidden = true; };
  place.querySelector(".leave").addEventListener("click", done);
  const again = place.querySelector(".again");
  again.hidden = !kept.fields;
  again.addEventListener("click", () => {
    const body = new FormData();
    for (const [name, value] of kept.fields ?? []) body.append(name, value);
    done();
    act(kept.action, body);
  }, { once: true });
}
