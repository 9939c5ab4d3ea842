// What is typed and not yet sent is kept by the server while it grows. Until the server has it, this tab keeps it too:
// through a reload, a lost connection and a sign-in that ends. Where a form has no place at the server, the tab alone.

import { ask, person, RefusedError } from "./http.js";

const PREFIX = `draft:${person}:`;
const FIELDS = "[data-draft]";
const TEXT = "textarea, input:not([type=radio], [type=checkbox])";
const PAUSE = 800; // milliseconds between two saves of a form that grows
const LATER = 3000; // and after one that did not get through
const forms = new Map(); // address -> { fields, seen, server, saved }: what this page knows to be newer than what it was given
const timers = new Map();
const saving = new Map(); // address -> the save under way
const sending = new Map(); // address -> what stood in the form when it was sent

const tick = (field) => field.type === "radio" || field.type === "checkbox";
const addressOf = (form) => form.dataset.drafts ?? form.getAttribute("action");
const formsIn = (root) => [...root.querySelectorAll("form")].filter((form) => form.querySelector(FIELDS));

function fieldsOf(form) {
  const fields = [...form.querySelectorAll(FIELDS)].filter((field) => !tick(field) || field.checked);
  return Object.fromEntries(fields.map((field) => [field.name, field.value]));
}

// What the server had when it made the form: another page of the same person may have gone on from there as well.
function given(form) {
  const value = (field) => (field.options ? ([...field.options].find((one) => one.defaultSelected)?.value ?? "") : tick(field) ? field.value : field.defaultValue);
  const fields = [...form.querySelectorAll(FIELDS)].filter((field) => !tick(field) || field.defaultChecked);
  return Object.fromEntries(fields.map((field) => [field.name, value(field)]));
}

/** Put what was typed back into the forms below `root`. */
export function restoreDrafts(root = document) {
  for (const form of formsIn(root)) {
    const kept = forms.get(addressOf(form))?.fields;
    if (!kept) continue;
    for (const field of form.querySelectorAll(FIELDS)) {
      if (tick(field)) field.checked = kept[field.name] === field.value;
      else if (field.name in kept && field.value !== kept[field.name]) field.value = kept[field.name];
      if (field.selectedIndex === -1) field.selectedIndex = 0; // what was chosen is no longer to be had
    }
    if (Object.values(kept).some(Boolean)) form.closest("details")?.setAttribute("open", "");
  }
}

/** The form is about to be sent: no save of it may arrive afterwards. Gives the draft as this page last knew it. */
export async function holdDrafts(form) {
  sending.set(addressOf(form), JSON.stringify(fieldsOf(form)));
  clearTimeout(timers.get(addressOf(form)));
  timers.delete(addressOf(form));
  await saving.get(addressOf(form));
  return forms.get(addressOf(form))?.seen ?? given(form);
}

/** The form was sent, or was refused and is still a draft; so is what was written into it while it was being sent. */
export function sentDrafts(form, done) {
  const address = addressOf(form);
  if (done) {
    if (JSON.stringify(fieldsOf(form)) === sending.get(address)) forget(address);
    else save(address);
    form.reset();
    form.dataset.sent = ""; // what was given as its draft is old: the next answer puts a fresh form here
  } else if (forms.get(address)?.saved === false) schedule(address);
  sending.delete(address);
}

/** Forms that have gone from the page: the server gets what it has not, and the page forgets it. */
export function leaveDrafts() {
  const here = new Set(formsIn(document).map(addressOf));
  for (const [address, kept] of forms) {
    if (here.has(address)) continue;
    if (kept.server && !kept.saved) save(address);
    else forget(address);
  }
}

function forget(address) {
  clearTimeout(timers.get(address));
  timers.delete(address);
  forms.delete(address);
  sessionStorage.removeItem(PREFIX + address);
}

function schedule(address, wait = PAUSE) {
  if (!timers.has(address)) timers.set(address, setTimeout(() => save(address), wait));
}

function save(address) {
  clearTimeout(timers.get(address));
  timers.delete(address);
  const turn = (saving.get(address) ?? Promise.resolve()).then(() => send(address)); // in the order in which it was typed
  saving.set(address, turn);
  return turn.finally(() => { if (saving.get(address) === turn) saving.delete(address); });
}

async function send(address, options = {}) {
  const kept = forms.get(address);
  if (!kept || kept.saved) return;
  const body = new FormData();
  for (const [name, value] of Object.entries(kept.fields)) body.set(name, value);
  if (kept.seen) body.set("seen", JSON.stringify(kept.seen));
  try {
    await ask(address, { method: "POST", body, ...options });
  } catch (fault) {
    if (fault instanceof RefusedError && fault.status < 429) forget(address); // not theirs any more, or forgotten with the call
    else schedule(address, LATER);
    return;
  }
  if (forms.has(address)) forms.get(address).seen = kept.fields;
  if (forms.get(address) !== kept) return;
  kept.saved = true;
  sessionStorage.removeItem(PREFIX + address);
  if (!formsIn(document).some((form) => addressOf(form) === address)) forms.delete(address);
}

function keep(form, fields) {
  const address = addressOf(form);
  const kept = { fields, seen: forms.get(address)?.seen ?? given(form), server: "drafts" in form.dataset, saved: false };
  forms.set(address, kept);
  sessionStorage.setItem(PREFIX + address, JSON.stringify(kept));
  if (kept.server) schedule(address);
}

// Fingers are quicker than a slow line: what was typed before this script ran follows what this tab had kept.
function keepEarly(form) {
  const before = given(form);
  const now = fieldsOf(form);
  if (JSON.stringify(now) === JSON.stringify(before)) return;
  const fields = { ...before, ...forms.get(addressOf(form))?.fields };
  for (const [name, value] of Object.entries(now)) {
    if (value === before[name]) continue;
    const text = form.querySelector(`[name="${name}"]`).matches(TEXT);
    fields[name] = text && value.startsWith(before[name]) ? fields[name] + value.slice(before[name].length) : value;
  }
  keep(form, fields);
}

document.addEventListener("input", ({ target }) => {
  if (target.matches(FIELDS)) keep(target.form, fieldsOf(target.form));
});

addEventListener("pagehide", () => {
  for (const [address, { server }] of forms) if (server) send(address, { keepalive: true });
});

for (const key of Object.keys(sessionStorage)) {
  if (!key.startsWith("draft:")) continue;
  if (key.startsWith(PREFIX)) forms.set(key.slice(PREFIX.length), JSON.parse(sessionStorage.getItem(key)));
  else sessionStorage.removeItem(key); // another person's
}
formsIn(document).forEach(keepEarly);
restoreDrafts();
for (const [address, { server }] of forms) if (server) save(address); // at once: this page may be closed as soon
leaveDrafts();
