// Listening: the words follow the sound, and the sound follows the words.

import { length } from "./times.js";

const player = document.querySelector(".player[data-offset]");
const views = ["live", "recorded"].map((id) => document.getElementById(id)).filter(Boolean);

// --- which transcript ---

for (const tab of document.querySelectorAll("[data-view]")) {
  tab.addEventListener("click", () => {
    for (const view of views) view.hidden = view.id !== tab.dataset.view;
    for (const other of document.querySelectorAll("[data-view]")) other.setAttribute("aria-pressed", String(other === tab));
    if (player) mark();
  });
}

// --- the player: positions are seconds into the call; the recording begins `offset` later ---

const audio = player?.querySelector("audio");
const offset = Number(player?.dataset.offset);
const slider = player?.querySelector("input[type=range]");
const play = player?.querySelector(".play");
const shownTime = player?.querySelector(".now");
let position = 0;

const turns = () => [...(views.find((view) => !view.hidden)?.querySelectorAll(".turn") ?? [])];
const holds = (element) => position >= Number(element.dataset.start) && position < Number(element.dataset.end);

function mark() {
  slider.value = position;
  slider.setAttribute("aria-valuetext", `${length(position)} of ${length(Number(player.dataset.length))}`);
  shownTime.textContent = length(position);
  for (const turn of turns()) {
    const now = holds(turn);
    if (now && !turn.classList.contains("now")) keepInView(turn);
    turn.classList.toggle("now", now);
    now ? turn.setAttribute("aria-current", "true") : turn.removeAttribute("aria-current");
    for (const word of turn.querySelectorAll(".word[data-start]")) word.classList.toggle("now", now && holds(word));
  }
}

function keepInView(turn) {
  const { top, bottom } = turn.getBoundingClientRect();
  const hidden = top < player.offsetHeight + 16 || bottom > innerHeight - 16;
  if (hidden && !audio.paused) turn.scrollIntoView({ block: "center", behavior: "smooth" });
}

function seek(seconds) {
  position = Math.min(Math.max(seconds, 0), Number(player.dataset.length));
  audio.currentTime = Math.max(0, position - offset);
  mark();
}

function toggle() {
  if (audio.paused) audio.play().catch(() => {}); // the error event says it
  else audio.pause();
}

function showState() {
  play.toggleAttribute("data-playing", !audio.paused);
  play.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
}

function follow() {
  if (audio.paused) return;
  position = audio.currentTime + offset;
  skipSilence();
  mark();
  requestAnimationFrame(follow);
}

function step(by) {
  const all = turns();
  const started = all.filter((turn) => Number(turn.dataset.start) <= position + 0.05).length - 1;
  const next = all[Math.min(Math.max(started + by, 0), all.length - 1)];
  if (next) seek(Number(next.dataset.start));
}

// --- moments: markers and comments; the silence between turns may be skipped ---

const moments = [...document.querySelectorAll(".moments [data-seek]")].map((button) => Number(button.dataset.seek));
const skip = document.querySelector("[data-do=skip]");
const speed = player?.querySelector(".speed");
const form = document.getElementById("comment-form");
const SPARED = 1; // seconds of a silence that are heard before the rest is skipped

function moment(by) {
  const next = by > 0 ? moments.find((start) => start > position + 0.1) : moments.findLast((start) => start < position - 1);
  if (next !== undefined) seek(next);
}

function faster(by) {
  const index = Math.min(Math.max(speed.selectedIndex + by, 0), speed.options.length - 1);
  speed.selectedIndex = index;
  audio.playbackRate = Number(speed.value);
  tell(`${speed.value} times the speed`);
}

function toggleSkip() {
  const on = skip.getAttribute("aria-pressed") !== "true";
  skip.setAttribute("aria-pressed", String(on));
}

function skipSilence() {
  if (skip.getAttribute("aria-pressed") !== "true") return;
  const all = turns();
  const ended = Math.max(0, ...all.filter((turn) => Number(turn.dataset.start) <= position).map((turn) => Number(turn.dataset.end)));
  const next = all.map((turn) => Number(turn.dataset.start)).find((start) => start > position);
  if (next !== undefined && position > ended + SPARED && next > position + SPARED) seek(next - 0.2);
}

function tell(words) {
  document.getElementById("told").textContent = words;
}

async function copyLink() {
  const address = new URL(location.pathname, location.origin);
  address.searchParams.set("t", position.toFixed(1));
  try {
    await navigator.clipboard.writeText(address.href);
    tell(`The link to ${length(position)} is copied.`);
  } catch {
    history.replaceState(null, "", address); // no clipboard here: the address bar has it
    tell("The link stands in the address bar.");
  }
}

function commentHere() {
  form.elements.start.value = position.toFixed(1);
  document.getElementById("comment-at").textContent = `at ${length(position)}`;
  form.elements.text.focus();
}

const DO = { skip: toggleSkip, link: copyLink, moment: commentHere };

const KEYS = {
  n: () => moment(1),
  p: () => moment(-1),
  s: toggleSkip,
  c: commentHere,
  "<": () => faster(-1),
  ">": () => faster(1),
  " ": toggle,
  ArrowLeft: () => seek(position - 5),
  ArrowRight: () => seek(position + 5),
  ArrowUp: () => step(-1),
  ArrowDown: () => step(1),
};

const asked = Number(new URLSearchParams(location.search).get("t"));
if (asked > 0) {
  if (player) seek(asked);
  else position = asked;
  const turn = turns().find(holds); // also where there is nothing to hear
  turn?.classList.add("now");
  turn?.scrollIntoView({ block: "center" });
}

if (player) {
  play.addEventListener("click", toggle);
  slider.addEventListener("input", () => seek(Number(slider.value)));
  speed.addEventListener("change", (event) => { audio.playbackRate = Number(event.target.value); });
  audio.addEventListener("play", () => { showState(); follow(); });
  audio.addEventListener("pause", showState);
  audio.addEventListener("error", () => { player.querySelector("[role=alert]").hidden = false; showState(); });
  for (const view of views) {
    view.addEventListener("click", (event) => {
      const turn = event.target.closest(".turn");
      if (!turn || !getSelection().isCollapsed) return;
      const word = event.target.closest(".word[data-start]");
      if (event.target.closest(".why")) return;
      seek(Number((word ?? turn).dataset.start));
      if (event.detail) document.activeElement.blur(); // after a mouse click, Space is play and pause again
    });
  }
  document.addEventListener("click", ({ target }) => {
    const place = target.closest("[data-seek]");
    if (place) seek(Number(place.dataset.seek));
    DO[target.closest("[data-do]")?.dataset.do]?.();
  });
  addEventListener("keydown", (event) => {
    const control = event.target.closest(event.key === " " ? "button, select, a, textarea, summary" : "select, textarea, input:not([type=range])");
    if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey || control) return;
    event.preventDefault();
    KEYS[event.key]();
  });
}
