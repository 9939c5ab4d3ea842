// Listening in on a call that the bot has: the sound comes as the answer to one request, for as long as it lasts.

import { begin, SignedOutError } from "./http.js";

const RATE = 8000;
const OVER = "The bot does not have that call any more: you hear nothing of it now.";
const NOT_THROUGH = "The sound of that call did not come. Try again in a moment.";
const bar = document.getElementById("listening");
const who = bar.querySelector(".listened");
let running = null; // {sid, stopping}

function say(words) {
  document.dispatchEvent(new CustomEvent("told", { detail: words }));
}

/** Hear the call of this button from now on; the one heard before ends. */
export async function listen({ dataset }) {
  if (running?.sid === dataset.sid) return stop();
  stop();
  say("");
  const mine = { sid: dataset.sid, stopping: new AbortController() };
  running = mine;
  const speaker = new AudioContext({ sampleRate: RATE }); // made within the click: only then may it sound
  mine.stopping.signal.addEventListener("abort", () => speaker.close());
  try {
    await speaker.audioWorklet.addModule(new URL("./listen_worklet.js", import.meta.url));
    const player = new AudioWorkletNode(speaker, "both-sides", { numberOfInputs: 0, outputChannelCount: [1] });
    player.connect(speaker.destination);
    const answer = await begin(dataset.listen, { method: "POST", signal: mine.stopping.signal });
    if (running !== mine) return;
    show(dataset.who);
    await play(answer.body.getReader(), player.port);
    if (running === mine) say(OVER);
  } catch (fault) {
    if (fault instanceof SignedOutError) return location.reload(); // leads to the sign-in page
    if (running === mine) say(fault.status === 409 ? OVER : NOT_THROUGH);
  }
  if (running === mine) stop();
}

async function play(reader, port) {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    port.postMessage(value);
  }
}

/** Hear nothing more. */
export function stop() {
  running?.stopping.abort();
  running = null;
  bar.hidden = true;
}

function show(name) {
  who.textContent = name;
  bar.hidden = false;
}

bar.querySelector("button").addEventListener("click", stop);
