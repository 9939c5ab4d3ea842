// What was asked for when the sign-in had ended: it was not done, and is offered to whoever signs in again, once.

import { person } from "./http.js";

const KEY = "not-done";
const place = document.getElementById("not-done");

/** Remember what a form asked for, until somebody has signed in again. */
export function rememberNotDone(form, button) {
  const fields = form.hasAttribute("data-private") ? null : [...new FormData(form, button)].filter(([name]) => name !== "csrf_token");
  sessionStorage.setItem(KEY, JSON.stringify({ person, action: form.action, fields, words: wordsOf(button ?? form) }));
}

function wordsOf(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((kbd) => kbd.remove());
  return copy.textContent.trim();
}

/** Offer what was not done; `act` does it. */
export function offerAgain(act) {
  const kept = JSON.parse(sessionStorage.getItem(KEY));
  sessionStorage.removeItem(KEY);
  if (!place || kept?.person !== person) return;
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
