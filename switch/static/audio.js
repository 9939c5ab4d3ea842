// The browser's side of the sound: microphone, loudspeaker, ringing and key tones.

import { decode } from "./sound.js";

const KEY_TONES = {
  1: [697, 1209], 2: [697, 1336], 3: [697, 1477], 4: [770, 1209], 5: [770, 1336], 6: [770, 1477],
  7: [852, 1209], 8: [852, 1336], 9: [852, 1477], "*": [941, 1209], 0: [941, 1336], "#": [941, 1477],
};

export class Audio {
  // `onFrame(bytes, level)` gets the microphone, 20 ms at a time.
  constructor(onFrame) {
    this.onFrame = onFrame;
    this.ringing = null;
    this.heard = 0; // how loud the far end is now, 0 to 1
    this.microphoneId = this.speakerId = ""; // empty: the browser's own choice
  }

  get choosesSpeaker() {
    return "setSinkId" in AudioContext.prototype;
  }

  // Browsers let sound begin only after a click or key.
  async wake() {
    this.context ??= new AudioContext({ latencyHint: "interactive" });
    this.waking ??= this.prepare();
    await this.context.resume();
    await this.waking;
  }

  async prepare() {
    await this.context.audioWorklet.addModule("/phone/static/worklets.js");
    this.speaker = new AudioWorkletNode(this.context, "speaker", { numberOfInputs: 0, outputChannelCount: [1] });
    this.speaker.connect(this.context.destination);
  }

  play(bytes) {
    this.heard = Math.sqrt(decode(bytes).reduce((sum, sample) => sum + sample * sample, 0) / bytes.length);
    this.speaker?.port.postMessage(bytes);
  }

  // Rejects when the browser or its user refuses.
  async openMicrophone() {
    if (this.microphone) return;
    if (!navigator.mediaDevices) throw new DOMException("needs https or localhost", "SecurityError");
    const chosen = this.microphoneId ? { deviceId: { exact: this.microphoneId } } : {};
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1, ...chosen },
    });
    await this.waking;
    const source = this.context.createMediaStreamSource(stream);
    this.microphone = new AudioWorkletNode(this.context, "microphone", { numberOfOutputs: 0 });
    this.microphone.port.onmessage = ({ data }) => this.onFrame(data.frame, data.level);
    source.connect(this.microphone);
    this.stream = stream;
    this.source = source;
  }

  async useMicrophone(id) {
    this.microphoneId = id;
    if (!this.microphone) return;
    this.closeMicrophone();
    await this.openMicrophone();
  }

  async useSpeaker(id) {
    await this.wake();
    await this.context.setSinkId(id);
    this.speakerId = id;
  }

  closeMicrophone() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.source?.disconnect();
    this.microphone = this.stream = this.source = undefined;
  }

  // Ring until told otherwise: two seconds of tone, then rest.
  ring(rest) {
    this.hush();
    const burst = () => this.tone([440, 480], 2, 0.05);
    burst();
    this.ringing = setInterval(burst, 2000 + rest * 1000);
  }

  hush() {
    clearInterval(this.ringing);
    this.ringing = null;
    this.sounding?.forEach((oscillator) => oscillator.stop());
    this.sounding = undefined;
  }

  key(key) {
    this.tone(KEY_TONES[key], 0.12, 0.04);
  }

  tone(pitches, seconds, volume) {
    if (this.context?.state !== "running") return;
    const gain = new GainNode(this.context, { gain: volume });
    gain.connect(this.context.destination);
    this.sounding = pitches.map((frequency) => {
      const oscillator = new OscillatorNode(this.context, { frequency });
      oscillator.connect(gain);
      oscillator.start();
      oscillator.stop(this.context.currentTime + seconds);
      return oscillator;
    });
  }
}
