// The supervisor's board: it keeps itself true; a live call opens beside it without leaving the page.

import "./phone_strip.js";
import "./keys.js";
import { listen } from "./listen.js";
import { follow, refresh } from "./live.js";

const NEAR = 40; // pixels: who is that near to the newest words reads along
const panel = document.getElementById("panel");
const place = document.getElementById("call");
const readUpTo = { sid: "", top: null }; // top: where a reader has scrolled back to; null: at the newest words

function settle() {
  const watched = place.querySelector("[data-call]");
  follow(...(watched ? [watched.dataset.call] : []));
  const said = document.getElementById("said");
  if (!said) return;
  if (readUpTo.sid !== watched.dataset.call) Object.assign(readUpTo, { sid: watched.dataset.call, top: null });
  said.scrollTop = readUpTo.top ?? said.scrollHeight;
}

place.addEventListener("scroll", ({ target }) => {
  if (target.id !== "said") return;
  const left = target.scrollHeight - target.scrollTop - target.clientHeight;
  readUpTo.top = left < NEAR ? null : target.scrollTop;
}, true);

function open(link) {
  place.dataset.from = link.dataset.open;
  history.replaceState(null, "", link.search);
  return refresh(place);
}

panel.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-open]");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  await open(link);
  document.getElementById("watched-title")?.focus({ preventScroll: true });
  if (innerWidth < 1120) place.scrollIntoView();
});

place.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-listen]");
  if (button) listen(button);
});

// tables keep the place to which they were scrolled, though they are swapped as a whole
const scrolled = new Map();
panel.addEventListener("scroll", ({ target }) => scrolled.set(target.id, [target.scrollLeft, target.scrollTop]), true);
panel.addEventListener("swapped", () => {
  for (const [id, [left, top]] of scrolled) document.getElementById(id)?.scrollTo(left, top);
});

place.addEventListener("swapped", settle);
settle();
