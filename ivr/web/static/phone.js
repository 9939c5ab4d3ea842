// A telephone in the browser, as the page knows it. Two drivers serve it: `phone_sdk.js` by the carrier's SDK, and
// `phone_switch.js` by the page of the local switch.
//
// `state`    starting, registering, ready, offline; ringing, dialling, talking, reconnecting; gone
// `peer`     who is at the other end, as far as it is known
// `muted`    whether the other end is kept from hearing us
// `since`    when talking began, in milliseconds
// `warnings` what is wrong with the connection now: names of `WARNINGS`
// `movable`  whether another tab can take the phone in the middle of a call
//
// It dispatches "change" (any of the above, or the devices), "level" ({ detail: { microphone, speaker } }, 0 to 1),
// "problem" ({ detail: words }, empty when it is over) and "ended" ({ detail: busy, no-answer, failed, canceled,
// declined or completed }).

export const IN_CALL = new Set(["ringing", "dialling", "talking", "reconnecting"]);

export const WARNINGS = {
  "high-rtt": "Slow connection",
  "high-jitter": "Unsteady connection",
  "high-packet-loss": "Sound gets lost",
  "high-packets-lost-fraction": "Sound gets lost",
  "low-mos": "Poor sound",
  "low-bytes-received": "You may hear nothing",
  "low-bytes-sent": "The caller may hear nothing",
  "ice-connectivity-lost": "Connection lost",
  "constant-audio-input-level": "No sound from your microphone",
  "constant-audio-output-level": "No sound from the caller",
};

export const MICROPHONE = {
  refused: "The microphone is refused to this page. Allow it in the browser’s settings of this site, or nobody will hear you.",
  missing: "No microphone was found. Plug one in, and choose it under Sound.",
  unusable: "The microphone cannot be used. Another program may have it.",
};

export class Phone extends EventTarget {
  state = "starting";
  peer = "";
  muted = false;
  since = 0;
  warnings = new Set();
  movable = false;
  microphones = []; // { id, name }
  speakers = []; // empty where the browser offers no choice
  microphone = ""; // the chosen one's id; empty: the browser's own choice
  speaker = "";

  get inCall() {
    return IN_CALL.has(this.state);
  }

  // start(): make it ring. answer(), decline(), hangUp(), mute(on), press(digits), dial(to).
  // chooseMicrophone(id), chooseSpeaker(id). destroy(): it rings here no more.

  become(state, more = {}) {
    if (state === "talking" && this.state !== "reconnecting") this.since = Date.now();
    if (!IN_CALL.has(state)) {
      this.warnings.clear();
      this.muted = false;
      this.peer = "";
    }
    Object.assign(this, { state, ...more });
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}
