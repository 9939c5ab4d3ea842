// The phone by the page of the local switch, in a frame that nobody sees: it carries the sound, and the two tell each
// other by messages what is done and what has happened.

import { MICROPHONE, Phone } from "./phone.js";

const STATES = { offline: "offline", idle: "ready", ended: "ready", dialling: "dialling", ringing: "ringing", connected: "talking" };

export class SwitchPhone extends Phone {
  movable = true; // the switch keeps a call for the next page of the same phone

  constructor({ src, place }) {
    super();
    Object.assign(this, { src, place, origin: new URL(src).origin });
    this.hear = (event) => this.heard(event);
  }

  async start() {
    this.become("registering");
    addEventListener("message", this.hear);
    this.frame = document.createElement("iframe");
    Object.assign(this.frame, { src: this.src, title: "Sound of your phone", className: "phone-frame", allow: "microphone; autoplay; speaker-selection", tabIndex: -1 });
    this.frame.addEventListener("load", () => this.send("hello"));
    this.place.replaceChildren(this.frame);
  }

  send(what, more = {}) {
    if (this.frame?.contentWindow) this.frame.contentWindow.postMessage({ warmline: what, ...more }, this.origin);
  }

  heard({ source, origin, data }) {
    if (source !== this.frame?.contentWindow || origin !== this.origin) return;
    if (data.warmline === "state") this.moved(data);
    else if (data.warmline === "level") this.tell("level", { microphone: data.microphone, speaker: data.speaker });
    else if (data.warmline === "problem") this.tell("problem", MICROPHONE[data.text] ?? data.text);
    else if (data.warmline === "devices") {
      const { microphones, speakers, microphone, speaker } = data;
      Object.assign(this, { microphones, speakers, microphone, speaker });
      this.changed();
    }
  }

  moved({ state, peer, muted, status }) {
    const before = this.state;
    let next = STATES[state];
    if (next === "offline" && (before === "talking" || before === "reconnecting")) next = "reconnecting";
    this.become(next, next === "reconnecting" ? {} : { peer, muted });
    if (state === "ended" && before !== "ready") this.tell("ended", status);
  }

  answer() {
    if (this.state === "ringing") this.send("answer");
  }

  decline() {
    this.send("decline");
  }

  hangUp() {
    this.send("hang_up");
  }

  mute(on) {
    if (this.muted !== on) this.send("mute", { on });
  }

  press(digits) {
    this.send("press", { digits });
  }

  dial(to) {
    if (this.state === "ready") this.send("dial", { to });
  }

  chooseMicrophone(id) {
    this.send("microphone", { id });
  }

  chooseSpeaker(id) {
    this.send("speaker", { id });
  }

  destroy() {
    removeEventListener("message", this.hear);
    this.place.replaceChildren();
    this.frame = null;
    this.become("gone");
  }
}
