// The strip of the phone: what it does now, how it sounds, and its few buttons, whichever driver is behind it.

import { MICROPHONE, WARNINGS } from "./phone.js";
import { SdkPhone } from "./phone_sdk.js";
import { SwitchPhone } from "./phone_switch.js";
import { shareAmongTabs } from "./phone_tab.js";

const STATES = {
  starting: "Phone starting", registering: "Phone connecting", ready: "Phone ready", offline: "Phone not connected",
  ringing: "Ringing", dialling: "Calling", talking: "In call", reconnecting: "Connection lost, trying again", gone: "Phone off",
};
const ENDS = { busy: "Busy", "no-answer": "Not answered", failed: "The call failed", canceled: "The caller gave up", declined: "Declined", completed: "Call ended" };
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const NAMES = { "*": "star", "#": "pound" };
const END_SHOWN = 6000;
const ASKED = 5000;
const SOUND = "warmline-sound";

const strip = document.getElementById("phone");
const the = (id) => document.getElementById(`phone-${id}`);
let phone = null;
let tabs = null;
let fading = null;
let wasTalking = false;
const wished = JSON.parse(localStorage.getItem(SOUND)) ?? {}; // microphone, speaker: ids of what this browser's person chose
let asked = { on: false, until: 0 }; // the mute that was asked of the page, and how long it may take to show it

function make() {
  const { driver, src, integrity, token } = strip.dataset;
  const csrf = document.querySelector('meta[name="csrf-token"]').content;
  if (driver === "sdk") return new SdkPhone({ src, integrity, token, csrf });
  return new SwitchPhone({ src, place: the("frame") });
}

function take() {
  the("elsewhere").hidden = true;
  the("here").hidden = false;
  phone = make();
  for (const id of ["microphone", "speaker"]) delete the(id).dataset.devices; // a new phone knows no wish yet
  phone.addEventListener("change", show);
  phone.addEventListener("level", ({ detail }) => {
    the("level").value = phone.muted ? 0 : detail.microphone;
    the("heard").value = detail.speaker;
  });
  phone.addEventListener("problem", ({ detail }) => warn(detail));
  phone.addEventListener("ended", ({ detail }) => sayEnd(ENDS[detail] ?? ENDS.completed));
  phone.start();
  watchPermission();
}

function give() {
  phone?.destroy();
  phone = null;
}

function elsewhere(stays) {
  the("here").hidden = true;
  the("elsewhere").hidden = false;
  the("take").disabled = stays;
  the("elsewhere-words").textContent = stays
    ? "Your phone is in a call in another tab. When the call has ended, you can use it here."
    : "Your phone is open in another tab. Calls ring there; everything else works here too.";
}

// --- what is shown ---

function show() {
  if (!phone) return;
  const { state, muted } = phone;
  const talking = state === "talking" || state === "reconnecting";
  strip.dataset.state = state;
  if (state !== "ready" || !fading) say(STATES[state]);
  the("peer").textContent = phone.peer;
  the("timer").hidden = !talking;
  the("levels").hidden = !talking;
  for (const [id, shown] of [
    ["answer", state === "ringing"], ["decline", state === "ringing"], ["mute", talking],
    ["hang-up", (talking || state === "dialling") && !document.getElementById("end")],
  ]) the(id).hidden = !shown;
  the("mute").setAttribute("aria-pressed", String(muted));
  the("mute").querySelector("span").textContent = muted ? "Muted" : "Mute";
  the("dial").hidden = state !== "ready";
  for (const key of the("pad").children) key.disabled = state !== "talking";
  showQuality();
  choices("microphone", phone.microphones);
  choices("speaker", phone.speakers);
  the("speaker-field").hidden = phone.speakers.length === 0;
  tabs?.tell();
  if (talking && !wasTalking) followMute();
  wasTalking = talking;
  answerWhereAccepted();
}

function say(words) {
  if (the("state").textContent !== words) the("state").textContent = words;
}

function sayEnd(words) {
  say(words);
  clearTimeout(fading);
  fading = setTimeout(() => { fading = null; show(); }, END_SHOWN);
}

function showQuality() {
  const words = [...new Set([...phone.warnings].map((name) => WARNINGS[name] ?? "Poor connection"))].join(", ");
  the("quality").hidden = phone.state !== "talking";
  the("quality").dataset.good = String(words === "");
  the("quality").lastElementChild.textContent = words || "Good connection";
  the("quality").title = words;
}

function choices(kind, devices) {
  const select = the(kind);
  const known = JSON.stringify(devices);
  const others = select.dataset.devices !== known;
  if (others) {
    select.dataset.devices = known;
    select.replaceChildren(new Option("The browser’s choice", ""), ...devices.map(({ id, name }) => new Option(name, id)));
  }
  select.value = phone[kind];
  const wish = wished[kind];
  if (others && wish && wish !== phone[kind] && devices.some(({ id }) => id === wish)) use(kind, wish); // it is here again
}

function use(kind, id) {
  if (kind === "microphone") phone?.chooseMicrophone(id);
  else phone?.chooseSpeaker(id);
}

function choose(kind, id) {
  wished[kind] = id;
  localStorage.setItem(SOUND, JSON.stringify(wished));
  use(kind, id);
}

function warn(words) {
  the("problem").textContent = words;
  the("problem").hidden = !words;
}

function tick() {
  if (!phone?.since || the("timer").hidden) return;
  const seconds = Math.max(0, Math.floor((Date.now() - phone.since) / 1000));
  the("timer").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// --- what is done ---

// One click is enough: what was accepted on the page is answered on the phone, as soon as it rings there.
function answerWhereAccepted() {
  if (phone?.state === "ringing" && document.querySelector("[data-answer]")) phone.answer();
}

// Mute is one thing: in a hand-off it is the page's, which the strip's button presses and the phone follows.
function pageMute() {
  return document.querySelector("#panel #mute");
}

function toggleMute() {
  const on = !phone.muted;
  const button = pageMute();
  asked = { on, until: Date.now() + ASKED };
  phone.mute(on); // at once, before anybody is asked
  if (button && (button.getAttribute("aria-pressed") === "true") !== on) button.click();
}

function followMute() {
  const button = pageMute();
  const on = button?.getAttribute("aria-pressed") === "true";
  if (!button || (on !== asked.on && Date.now() < asked.until)) return; // an older piece of the page
  asked.until = 0;
  phone.mute(on);
}

function follow() {
  if (wasTalking) followMute();
  show();
}

async function watchPermission() {
  let status;
  try {
    status = await navigator.permissions.query({ name: "microphone" });
  } catch {
    return; // this browser does not tell
  }
  const told = () => {
    the("allow").hidden = status.state !== "prompt";
    if (status.state === "denied") warn(MICROPHONE.refused);
    else if (the("problem").textContent === MICROPHONE.refused) warn("");
  };
  status.addEventListener("change", told);
  told();
}

async function askPermission() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    stream.getTracks().forEach((track) => track.stop());
    the("allow").hidden = true;
  } catch (error) {
    warn({ NotAllowedError: MICROPHONE.refused, NotFoundError: MICROPHONE.missing }[error.name] ?? MICROPHONE.unusable);
  }
}

function furnish() {
  for (const key of KEYS) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: key });
    if (NAMES[key]) button.ariaLabel = NAMES[key];
    button.addEventListener("click", () => phone?.press(key));
    the("pad").append(button);
  }
  the("keys").addEventListener("keydown", (event) => {
    if (event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[0-9*#]$/.test(event.key)) {
      phone?.press(event.key);
      event.stopPropagation();
    }
  });
  the("dial").addEventListener("submit", (event) => {
    event.preventDefault();
    const to = the("to").value.trim();
    if (!to) return;
    the("keys").hidePopover();
    phone?.dial(to);
  });
  for (const [id, act] of [
    ["answer", () => phone?.answer()], ["decline", () => phone?.decline()], ["hang-up", () => phone?.hangUp()],
    ["mute", toggleMute], ["take", () => tabs.steal()], ["allow", askPermission],
  ]) the(id).addEventListener("click", act);
  for (const kind of ["microphone", "speaker"]) the(kind).addEventListener("change", ({ target }) => choose(kind, target.value));
  document.addEventListener("swapped", follow);
  for (const leaving of ["beforeunload", "signed-out"]) {
    (leaving === "signed-out" ? document : window).addEventListener(leaving, (event) => { if (wouldCut()) event.preventDefault(); });
  }
  setInterval(tick, 500);
}

// Whether who leaves this page cuts a call that no other page can pick up.
function wouldCut() {
  return Boolean(phone?.inCall && phone.state !== "ringing" && !phone.movable);
}

if (strip && strip.dataset.driver !== "none") {
  furnish();
  tabs = shareAmongTabs({ take, give, elsewhere, stays: () => Boolean(phone?.inCall && !phone.movable) });
}
