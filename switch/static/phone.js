// The softphone's page: what is shown in each state, and what its buttons and keys ask of the switch.

import { Audio } from "./audio.js";
import { framed, obeyDesk, tellDesk } from "./desk.js";

const SAMPLES = [
  ["+15550100001", "A customer"],
  ["+15550100002", "Another customer"],
  ["+15550199999", "An unknown number"],
];
const KEYS = [["1", "1"], ["2", "2"], ["3", "3"], ["4", "4"], ["5", "5"], ["6", "6"], ["7", "7"], ["8", "8"], ["9", "9"], ["*", "star"], ["0", "0"], ["#", "hash"]];
const SAYINGS = {
  offline: "The switch does not answer", idle: "Ready", dialling: "Calling …",
  ringing: "Incoming call", connected: "In call", ended: "Call ended",
};
const ENDINGS = { busy: "Busy", "no-answer": "Not answered", failed: "The call failed", canceled: "The caller gave up" };
const SHOWN = {
  offline: [], idle: ["caller", "call"], dialling: ["hang-up"], ringing: ["answer", "decline"],
  connected: ["hang-up", "mute"], ended: ["caller", "call"],
};

const the = (id) => document.getElementById(id);
const address = new URLSearchParams(location.search).get("as");
const audio = new Audio(sendFrame);
let socket;
let state = "offline";
let ended = ""; // how the last call ended
let peer = "";
let began = 0;
let muted = false;
let levelTold = 0;

function connect() {
  const url = new URL("/phone/socket", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  if (address) url.searchParams.set("as", address);
  socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => show("idle");
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") receive(JSON.parse(data));
    else audio.play(new Uint8Array(data));
  };
  socket.onclose = () => {
    show("offline");
    setTimeout(connect, 2000);
  };
}

const send = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));

function sendFrame(frame, level) {
  const shown = muted ? 0 : loudness(level);
  the("level").value = shown;
  tellLevel(shown);
  if (state === "connected" && !muted && socket.readyState === WebSocket.OPEN) socket.send(frame);
}

// 0 to 1, as the ear hears it.
function loudness(level) {
  return Math.min(1, Math.max(0, 1 + Math.log10(level + 1e-6) / 3));
}

function tellLevel(microphone) {
  if (state !== "connected" || Date.now() - levelTold < 100) return;
  levelTold = Date.now();
  tellDesk("level", { microphone, speaker: loudness(audio.heard) });
}

function receive(message) {
  if (message.type === "transcript") addLine(message.speaker, message.text, message.at);
  else if (message.type === "problem") {
    warn(message.text);
    tellDesk("problem", { text: message.text });
  }
  else show(message.state, message);
}

// --- what is shown ---

function show(next, { status = "", from = "", to = "" } = {}) {
  if (next === state) return;
  state = next;
  ended = status;
  document.body.dataset.state = state;
  the("state").textContent = (state === "ended" && ENDINGS[status]) || SAYINGS[state];
  peer = { dialling: to, connected: address ? from : to, ringing: from }[state] ?? "";
  the("peer").textContent = state === "ringing" ? `from ${from}` : peer;
  for (const id of ["caller", "call", "answer", "decline", "hang-up", "mute"]) {
    const callerOnly = id === "caller" || id === "call";
    the(id).hidden = !SHOWN[state].includes(id) || (callerOnly && Boolean(address));
  }
  for (const control of document.querySelectorAll("#keys button, #typed input, #typed button")) {
    control.disabled = state !== "connected";
  }
  enter(state);
  tellState();
}

function tellState() {
  tellDesk("state", { state, status: ended, peer, muted });
}

function enter(next) {
  audio.hush();
  if (next === "dialling" || next === "ringing") {
    audio.ring(next === "dialling" ? 4 : 2);
    clearTranscript();
  }
  // in a desk's frame the desk keeps the keys
  if (next === "ringing" && !framed) the("answer").focus();
  if (next === "connected") {
    if (!audio.microphone) openSound(); // the page was reloaded in the call
    began = Date.now();
    addLine("news", "Connected", 0);
  }
  if (next === "ended" || next === "idle") setMute(false);
  if (next === "ended" || next === "offline") {
    audio.closeMicrophone();
    the("level").value = 0;
    if (next === "ended") addLine("news", the("state").textContent, Infinity);
  }
  if (next === "ended" && !address) the("call").focus();
}

function clearTranscript() {
  the("transcript").replaceChildren();
  the("nothing").hidden = false;
  the("timer").textContent = "0:00";
}

// Captions come when they are understood; they stand in the order in which they were spoken, `at` seconds of the call.
function addLine(speaker, text, at) {
  const item = document.createElement("p");
  item.className = speaker;
  item.dataset.at = at;
  if (speaker !== "news") {
    const name = document.createElement("b");
    name.textContent = { you: "You", line: address ? "Caller" : "Line", text: "Text message" }[speaker] ?? speaker;
    item.append(name);
  }
  item.append(text);
  the("nothing").hidden = true;
  const later = [...the("transcript").children].find((line) => Number(line.dataset.at) > at);
  the("transcript").insertBefore(item, later ?? null);
  the("transcript").scrollTop = the("transcript").scrollHeight;
}

function warn(text) {
  the("notice").textContent = text;
  the("notice").hidden = false;
}

function tick() {
  if (state !== "connected") return;
  const seconds = Math.floor((Date.now() - began) / 1000);
  the("timer").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// --- what is done ---

async function openSound() {
  the("notice").hidden = true;
  try {
    const waking = audio.wake(); // after a reload without a click, the open microphone is what lets sound begin
    await audio.openMicrophone();
    await waking;
    tellDesk("problem", { text: "" });
    tellDevices();
  } catch (error) {
    const kind = { NotAllowedError: "refused", NotFoundError: "missing" }[error.name] ?? "unusable";
    tellDesk("problem", { text: kind });
    const why = { NotAllowedError: "was refused", NotFoundError: "was not found", SecurityError: "needs https or localhost" };
    warn(`The microphone ${why[error.name] ?? "cannot be used"}. You can listen, press keys, and type what you want to say.`);
  }
}

async function call() {
  if (!the("number").reportValidity() || !the("number").value) return the("number").focus();
  await openSound();
  send({ type: "dial", from: the("number").value });
}

async function answer() {
  if (state !== "ringing") return;
  await openSound();
  send({ type: "answer" });
}

async function dial(to) {
  await openSound();
  send({ type: "dial", to });
}

function press(key) {
  if (state !== "connected") return;
  send({ type: "key", key });
  audio.key(key);
  const button = document.querySelector(`#keys button[data-key="${CSS.escape(key)}"]`);
  button.classList.add("down");
  setTimeout(() => button.classList.remove("down"), 150);
}

function setMute(on) {
  muted = on;
  the("mute").setAttribute("aria-pressed", String(muted));
  the("mute").textContent = muted ? "Muted" : "Mute";
  tellState();
}

function sayTyped(event) {
  event.preventDefault();
  const text = the("sentence").value.trim();
  if (!text) return;
  send({ type: "speak", text });
  the("sentence").value = "";
}

function furnish() {
  the("whose").textContent = address ? `Phone of ${address.replace(/^client:/, "")}` : "Call the line as a customer";
  if (address) the("sentence").placeholder = "";
  document.title = `${the("whose").textContent} · Warmline`;
  for (const [number, name] of SAMPLES) the("sample").append(new Option(name, number));
  the("sample").append(new Option("Another number …", ""));
  the("number").value = SAMPLES[0][0];
  the("sample").addEventListener("change", () => {
    the("number").value = the("sample").value;
    if (!the("sample").value) the("number").focus();
  });
  the("number").addEventListener("input", () => {
    the("sample").value = SAMPLES.some(([number]) => number === the("number").value) ? the("number").value : "";
  });
  for (const [key, name] of KEYS) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: key, ariaLabel: name });
    button.dataset.key = key;
    button.addEventListener("click", () => press(key));
    the("keys").append(button);
  }
}

furnish();
the("call").addEventListener("click", call);
the("answer").addEventListener("click", answer);
the("decline").addEventListener("click", () => send({ type: "decline" }));
the("hang-up").addEventListener("click", () => send({ type: "hang_up" }));
the("mute").addEventListener("click", () => setMute(!muted));
the("typed").addEventListener("submit", sayTyped);
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, select, textarea");
  if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && /^[0-9*#]$/.test(event.key)) press(event.key);
});
setInterval(tick, 250);
state = "";
show("offline");
the("state").textContent = "Connecting to the switch …";
connect();

async function tellDevices() {
  const found = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind) => found.filter((one) => one.kind === kind && one.deviceId && one.deviceId !== "default")
    .map(({ deviceId, label }, nth) => ({ id: deviceId, name: label || `Device ${nth + 1}` }));
  const speakers = audio.choosesSpeaker ? of("audiooutput") : [];
  tellDesk("devices", { microphones: of("audioinput"), speakers, microphone: audio.microphoneId, speaker: audio.speakerId });
}

async function choose(which, id) {
  try {
    await audio[which](id);
  } catch {
    warn("That device cannot be used.");
    tellDesk("problem", { text: "That device cannot be used." });
  }
  tellDevices();
}

navigator.mediaDevices?.addEventListener("devicechange", tellDevices);
obeyDesk({
  hello: () => { tellState(); tellDevices(); },
  answer,
  decline: () => send({ type: "decline" }),
  hang_up: () => send({ type: "hang_up" }),
  mute: ({ on }) => setMute(on),
  press: ({ digits }) => [...digits].forEach(press),
  dial: ({ to }) => dial(to),
  microphone: ({ id }) => choose("useMicrophone", id),
  speaker: ({ id }) => choose("useSpeaker", id),
});
