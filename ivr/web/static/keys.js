// Every action by one key, unless the person is typing or has switched the keys off; `?` lists them.
//
// Nobody reads as fast as they type. When the page has just come, or what a key does has just changed, keys sleep for a
// moment, whatever is done meanwhile; and when the page took away the field that somebody was writing in, the rest of
// their sentence is not obeyed either.

const dialog = document.getElementById("keys");
const choice = document.getElementById("keys-on");
const OFF = "warmline-keys-off";
const MOMENT = 1000; // milliseconds

let asleepUntil = 0;
let changedUntil = 0; // until then nothing wakes them
let cutOff = false; // the field was taken away while they wrote, and they have done nothing of their own since
let waking = null;
let meanings = "";

export function typing(element) {
  return Boolean(element?.closest?.("textarea, select, input:not([type=radio], [type=checkbox]), [contenteditable]"));
}

/** Whether what is pressed now was meant for what stood on the page before. */
export function asleep() {
  return performance.now() < asleepUntil;
}

/** Whether the page took away the field that the person was writing in. */
export function wasCutOff() {
  return cutOff;
}

function sleep() {
  asleepUntil = performance.now() + MOMENT;
  document.documentElement.dataset.keys = "asleep";
  clearTimeout(waking);
  waking = setTimeout(wake, MOMENT);
}

function changed() {
  changedUntil = performance.now() + MOMENT;
  sleep();
}

function wake() {
  asleepUntil = 0;
  document.documentElement.dataset.keys = choice.checked ? "on" : "off";
}

function ownAct() {
  cutOff = false;
  if (performance.now() >= changedUntil) wake();
}

function meaningsNow() {
  const mean = (one) => `${one.dataset.key}:${one.id}:${one.form?.action ?? ""}`;
  return [...document.querySelectorAll("[data-key]")].map(mean).sort().join();
}

function show() {
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

function obey(target) {
  if (target.matches("button")) target.click();
  else if (target.matches("summary")) {
    target.parentElement.open = true;
    target.parentElement.querySelector("textarea, input:not([type=hidden])").focus();
  } else target.focus();
}

addEventListener("keydown", (event) => {
  if (event.key === "Tab" || event.key === "Escape") ownAct();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && !dialog.open && typing(event.target)) event.target.blur();
  if (typing(event.target)) {
    if (event.key.length === 1) sleep();
    return;
  }
  if (asleep()) {
    if (cutOff) sleep(); // for as long as they go on writing
    if (event.key !== "?" && (event.key.length === 1 || event.key === "Enter") && !dialog.open) return event.preventDefault();
  }
  if (event.repeat) return;
  if (event.key === "?") {
    event.preventDefault();
    show();
  }
  if (dialog.open || !choice.checked) return;
  const key = (event.shiftKey && /^[a-z]$/i.test(event.key) ? "shift+" : "") + event.key.toLowerCase();
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => one.checkVisibility() && !one.disabled);
  if (!found) return;
  event.preventDefault();
  if (cutOff && found.matches("[name=presence], [name=then]")) {
    document.dispatchEvent(new CustomEvent("told", { detail: "The field that you wrote in was closed, so keys leave your state alone. Press Esc or click, then choose." }));
  } else obey(found);
});
addEventListener("keyup", (event) => { if (event.key === " " && asleep() && !typing(event.target)) event.preventDefault(); });
addEventListener("pointerdown", () => { cutOff = false; }); // what they aimed at may be older than what stands there now
document.addEventListener("cut-off", () => { cutOff = true; changed(); });
document.addEventListener("swapped", () => {
  const now = meaningsNow();
  if (now !== meanings) changed();
  meanings = now;
});

document.getElementById("show-keys").addEventListener("click", show);
choice.checked = localStorage.getItem(OFF) === null;
choice.addEventListener("change", () => {
  if (choice.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
  wake();
});
meanings = meaningsNow();
changed(); // whoever was typing when this page came was not typing to it
document.addEventListener("DOMContentLoaded", changed); // which on a busy machine is a while later
