// The supervisor's board: it keeps itself true; a live call opens beside it without leaving the page.

import "./phone_strip.js";
import "./keys.js";
import { follow, refresh } from "./live.js";

const place = document.getElementById("call");

function settle() {
  const watched = place.querySelector("[data-call]");
  follow(...(watched ? [watched.dataset.call] : []));
}

function open(id) {
  place.dataset.from = place.dataset.calls.replace(/0$/, id);
  history.replaceState(null, "", `?call=${id}`);
  return refresh(place);
}

document.getElementById("panel").addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-call]");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  await open(link.dataset.call);
  const said = document.getElementById("said");
  if (said) said.scrollTop = said.scrollHeight;
  document.getElementById("watched-title")?.focus({ preventScroll: true });
  if (innerWidth < 1120) place.scrollIntoView();
});

place.addEventListener("swapped", settle);
settle();
