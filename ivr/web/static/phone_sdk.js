// The phone by the carrier's Voice SDK: its Device registers with a token of ours, its Calls ring, talk and end.

import { MICROPHONE, Phone } from "./phone.js";

const REFRESH = 60_000; // before a token expires the next one is asked for
const AGAIN = 5000;
const TOKEN_REFUSED = new Set([20101, 20104, 20151, 31202, 31204, 31205, 31207]);
const PROBLEMS = {
  31401: MICROPHONE.refused,
  31402: MICROPHONE.missing,
  31201: "The carrier does not know this account. An operator must look at its key.",
  31203: "The carrier does not know this account. An operator must look at its key.",
  31001: "The carrier does not know the TwiML app. An operator must look at TWILIO_TWIML_APP_SID.",
  31002: "The call was refused.",
};
const LOST = new Set([31003, 31005, 31009, 53000, 53001, 53405]); // it says so itself when the connection is back

class NotNowError extends Error {}

export class SdkPhone extends Phone {
  constructor({ src, integrity, token, csrf }) {
    super();
    Object.assign(this, { src, integrity, address: token, csrf });
    this.call = null;
    this.device = null;
    this.waiting = null;
  }

  async start() {
    try {
      await load(this.src, this.integrity);
      if (!globalThis.Twilio.Device.isSupported) throw new NotNowError("This browser has no telephony. Use a current Chrome, Edge, Firefox or Safari.");
      this.device = new globalThis.Twilio.Device(await this.token(), {
        codecPreferences: ["opus", "pcmu"],
        logLevel: "silent",
        tokenRefreshMs: REFRESH,
      });
    } catch (error) {
      this.become("offline");
      this.tell("problem", error instanceof NotNowError ? error.message : "The phone’s script did not load. It is tried again.");
      if (!(error instanceof NotNowError)) this.again(() => this.start());
      return;
    }
    this.listen(this.device);
    await this.register();
  }

  listen(device) {
    device.on("registering", () => this.idle("registering"));
    device.on("registered", () => {
      this.tell("problem", "");
      this.idle("ready");
    });
    device.on("unregistered", () => {
      setTimeout(() => this.dropLost());
      this.idle("offline");
      this.again(() => this.register());
    });
    device.on("destroyed", () => this.become("gone"));
    device.on("error", (error) => this.fail(error));
    device.on("incoming", (call) => this.ring(call));
    device.on("tokenWillExpire", () => this.renew());
    device.audio?.on("deviceChange", (lost) => this.devicesChanged(lost ?? []));
    this.devicesChanged([]);
  }

  // A call that rang when the connection was lost rings no more, and nobody says so.
  dropLost() {
    if (this.state === "ringing" && !this.device.calls.includes(this.call)) this.end("canceled");
  }

  idle(state) {
    if (!this.inCall && this.state !== "gone") this.become(state);
  }

  async register() {
    if (!this.device || this.device.state !== "unregistered") return;
    try {
      await this.device.register();
    } catch (error) {
      this.fail(error);
      this.again(() => this.register());
    }
  }

  again(what) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => { if (this.state !== "gone") what(); }, AGAIN);
  }

  // --- tokens ---

  async token() {
    let answer;
    try {
      answer = await fetch(this.address, { method: "POST", headers: { "X-CSRFToken": this.csrf } });
    } catch {
      throw new Error("no answer");
    }
    if (answer.ok) return (await answer.json()).token;
    if (answer.status === 401) throw new NotNowError("You are signed out, and your phone cannot ring. Sign in again.");
    if (answer.status === 503) throw new NotNowError("Your phone is not set up any more. Ask an operator to run warmline doctor.");
    if (answer.status < 500) throw new NotNowError("Your phone has changed. Reload the page.");
    throw new Error(answer.status);
  }

  async renew() {
    try {
      this.device.updateToken(await this.token());
      await this.register();
    } catch (error) {
      if (error instanceof NotNowError) this.tell("problem", error.message);
      this.again(() => this.renew());
    }
  }

  fail(error) {
    if (TOKEN_REFUSED.has(error.code)) this.again(() => this.renew());
    else if (!LOST.has(error.code)) this.tell("problem", PROBLEMS[error.code] ?? `The phone reports a fault (${error.code}: ${error.message}).`);
  }

  // --- a call ---

  ring(call) {
    if (this.call) return call.ignore(); // one at a time: the carrier rings on, and then it is a miss
    this.follow(call);
    this.become("ringing", { peer: call.customParameters?.get("name") ?? call.parameters?.From ?? "" });
  }

  follow(call) {
    this.call = call;
    const own = (what) => (...told) => { if (this.call === call) what(...told); };
    call.on("accept", own(() => this.become("talking")));
    call.on("cancel", own(() => this.end("canceled")));
    call.on("reject", own(() => this.end("declined")));
    call.on("disconnect", own(() => this.end("completed")));
    call.on("reconnecting", own(() => this.become("reconnecting")));
    call.on("reconnected", own(() => this.become("talking")));
    call.on("mute", own((muted) => { this.muted = muted; this.changed(); }));
    call.on("volume", own((microphone, speaker) => this.tell("level", { microphone, speaker })));
    call.on("warning", own((name) => { this.warnings.add(name); this.changed(); }));
    call.on("warning-cleared", own((name) => { this.warnings.delete(name); this.changed(); }));
    call.on("error", (error) => {
      this.fail(error); // also when the call is over: why it ended may be told after that it did
      if (this.call === call && call.status() === "closed") this.end("failed");
    });
  }

  end(why) {
    this.call = null;
    this.device.audio?.unsetInputDevice?.().catch(() => {}); // or the microphone stays open after the call
    this.become(this.device.state === "registered" ? "ready" : "offline");
    this.tell("ended", why);
  }

  async answer() {
    if (this.state !== "ringing" || this.answering === this.call) return;
    const call = this.answering = this.call;
    await this.openMicrophone();
    if (this.call === call && call.status() === "pending") call.accept();
  }

  decline() {
    if (this.state === "ringing") this.call.reject();
  }

  hangUp() {
    this.call?.disconnect();
  }

  mute(on) {
    if (this.call && this.call.isMuted() !== on) this.call.mute(on);
  }

  press(digits) {
    if (this.state === "talking") this.call.sendDigits(digits);
  }

  async dial(to) {
    if (this.state !== "ready") return;
    this.become("dialling", { peer: to });
    try {
      await this.openMicrophone();
      this.follow(await this.device.connect({ params: { To: to } }));
    } catch (error) {
      this.fail(error);
      this.end("failed");
    }
  }

  // --- devices ---

  devicesChanged(lost) {
    const audio = this.device.audio;
    if (!audio) return;
    this.microphones = named(audio.availableInputDevices);
    this.speakers = audio.isOutputSelectionSupported ? named(audio.availableOutputDevices) : [];
    const gone = lost.find((device) => [this.microphone, this.speaker].includes(device.deviceId));
    if (gone) this.tell("problem", `${gone.label || "A device"} was unplugged. The browser’s own choice is used.`);
    if (!this.microphones.some(({ id }) => id === this.microphone)) this.microphone = "";
    if (!this.speakers.some(({ id }) => id === this.speaker)) this.speaker = "";
    this.changed();
  }

  async openMicrophone() {
    if (this.microphone) await this.device.audio?.setInputDevice(this.microphone).catch(() => { this.microphone = ""; });
  }

  async chooseMicrophone(id) {
    this.microphone = id;
    if (this.state === "talking") await (id ? this.openMicrophone() : this.device.audio?.unsetInputDevice());
    this.changed();
  }

  async chooseSpeaker(id) {
    this.speaker = id;
    try {
      await this.device.audio?.speakerDevices.set(id || "default");
      await this.device.audio?.ringtoneDevices.set(id || "default");
    } catch {
      this.speaker = "";
      this.tell("problem", "That loudspeaker cannot be used. The browser’s own choice is used.");
    }
    this.changed();
  }

  destroy() {
    clearTimeout(this.waiting);
    this.device?.destroy();
    if (this.state !== "gone") this.become("gone");
  }
}

function named(devices) {
  return [...devices.values()].filter(({ deviceId }) => deviceId !== "default")
    .map(({ deviceId, label }, nth) => ({ id: deviceId, name: label || `Device ${nth + 1}` }));
}

function load(src, integrity) {
  if (globalThis.Twilio) return Promise.resolve();
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src, integrity, onload: done, onerror: failed });
    document.head.append(script);
  });
}
