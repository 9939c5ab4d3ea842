// The agent's page: a call that cannot be missed, answered by mouse or by key, and the transcript that grows.

import "./phone_strip.js";
import { typing, wasCutOff } from "./keys.js";
import { follow } from "./live.js";
import { clearNotice, notify } from "./notices.js";

const announce = document.getElementById("announce");
const stateNow = document.getElementById("state-now");
const title = document.title;
let shown = "";
let spoken = "";
let told = document.querySelector("#work [data-say]")?.dataset.say ?? "";
let ringing = null;
let sound = null;
let lost = false;

function current() {
  return document.querySelector("#panel [data-mode]");
}

function settle() {
  const panel = current();
  follow(...(panel.dataset.call ? [panel.dataset.call] : []));
  const words = document.getElementById("transfer-news")?.textContent.trim() || panel.dataset.announce;
  if (words && words !== spoken) announce.textContent = words;
  spoken = words;
  const now = `${panel.dataset.mode} ${panel.dataset.call ?? ""}`;
  if (now === shown) return;
  const first = shown === "";
  shown = now;
  const said = document.getElementById("said");
  if (said) said.scrollTop = said.scrollHeight; // the latest words matter most
  stopRinging();
  entitle();
  if (panel.dataset.mode === "missed") notify("You missed a call. No calls come until you say that you are back.");
  if (panel.dataset.mode === "ringing") startRinging(panel);
  if (first || typing(document.activeElement)) return;
  bringIntoView();
  (panel.dataset.mode === "ringing" && !wasCutOff() ? document.getElementById("accept") : panel.querySelector("h1")).focus({ preventScroll: true });
}

function bringIntoView() {
  document.getElementById("middle").scrollTop = 0;
  scrollTo(0, 0);
}

// --- the title, for whoever looks at another tab ---

function entitle() {
  const mode = current().dataset.title;
  document.title = lost ? `No connection · ${title}` : mode ? `${mode} · ${title}` : title;
}

document.addEventListener("link", ({ detail }) => {
  lost = detail === "lost";
  if (!ringing) entitle();
  if (lost && !typing(document.activeElement)) bringIntoView();
});

// --- ringing ---

function startRinging(panel) {
  const name = panel.querySelector("h1").textContent;
  let turn = false;
  const flash = () => {
    turn = !turn;
    document.title = turn ? `● ${name} is calling` : title;
    chime();
  };
  flash();
  ringing = setInterval(flash, 1500);
  notify("A caller is here for you.");
}

function stopRinging() {
  clearInterval(ringing);
  ringing = null;
  clearNotice();
}

function chime() {
  sound ??= new AudioContext();
  if (sound.state !== "running") {
    sound.resume(); // silent until the person has touched the page once; the title flashes meanwhile
    return;
  }
  [523.25, 659.25].forEach((pitch, nth) => {
    const tone = new OscillatorNode(sound, { frequency: pitch });
    const loud = new GainNode(sound, { gain: 0 });
    const from = sound.currentTime + nth * 0.16;
    loud.gain.linearRampToValueAtTime(0.06, from + 0.03);
    loud.gain.exponentialRampToValueAtTime(0.0001, from + 0.7);
    tone.connect(loud).connect(sound.destination);
    tone.start(from);
    tone.stop(from + 0.7);
  });
}

document.getElementById("panel").addEventListener("swapped", settle);
document.getElementById("work").addEventListener("swapped", () => {
  const said = document.querySelector("#work [data-say]")?.dataset.say ?? "";
  if (said && said !== told) announce.textContent = said;
  told = said;
});
document.getElementById("own").addEventListener("swapped", () => {
  stateNow.replaceChildren(...document.querySelector("#own .state-line").cloneNode(true).childNodes);
});
settle();
