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
  mark();
  requestAnimationFrame(follow);
}

function step(by) {
  const all = turns();
  const started = all.filter((turn) => Number(turn.dataset.start) <= position + 0.05).length - 1;
  const next = all[Math.min(Math.max(started + by, 0), all.length - 1)];
  if (next) seek(Number(next.dataset.start));
}

const KEYS = {
  " ": toggle,
  ArrowLeft: () => seek(position - 5),
  ArrowRight: () => seek(position + 5),
  ArrowUp: () => step(-1),
  ArrowDown: () => step(1),
};

if (player) {
  play.addEventListener("click", toggle);
  slider.addEventListener("input", () => seek(Number(slider.value)));
  player.querySelector(".speed").addEventListener("change", (event) => { audio.playbackRate = Number(event.target.value); });
  audio.addEventListener("play", () => { showState(); follow(); });
  audio.addEventListener("pause", showState);
  audio.addEventListener("error", () => { player.querySelector("[role=alert]").hidden = false; showState(); });
  for (const view of views) {
    view.addEventListener("click", (event) => {
      const turn = event.target.closest(".turn");
      if (!turn || !getSelection().isCollapsed) return;
      seek(Number(turn.dataset.start));
      if (event.detail) document.activeElement.blur(); // after a mouse click, Space is play and pause again
    });
  }
  addEventListener("keydown", (event) => {
    const control = event.target.closest(event.key === " " ? "button, select, a" : "select");
    if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey || control) return;
    event.preventDefault();
    KEYS[event.key]();
  });
}
