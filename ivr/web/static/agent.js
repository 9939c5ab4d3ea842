// The agent's page: a call that cannot be missed, answered by mouse or by key, and the transcript that grows.

import "./phone_strip.js";
import { forgetOthers } from "./drafts.js";
import { typing } from "./keys.js";
import { follow } from "./live.js";

const announce = document.getElementById("announce");
const title = document.title;
let shown = "";
let spoken = "";
let told = document.querySelector("#work [data-say]")?.dataset.say ?? "";
let ringing = null;
let sound = null;

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
  if (panel.dataset.mode === "ringing") startRinging(panel);
  else if (!first && !typing(document.activeElement)) panel.querySelector("h1").focus({ preventScroll: true });
}

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
  if (!typing(document.activeElement)) document.getElementById("accept").focus({ preventScroll: true });
}

function stopRinging() {
  clearInterval(ringing);
  document.title = title;
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
  forgetOthers();
  const said = document.querySelector("#work [data-say]")?.dataset.say ?? "";
  if (said && said !== told) announce.textContent = said;
  told = said;
});
settle();
