// The two ends of the sound: the microphone as 8 kHz mu-law frames, and frames as what is heard.

import { FRAME, RATE, Resampler, decode, encodeSample } from "./sound.js";

const START = 3; // frames kept before playing: 60 ms against the network's jitter
const MOST = 15; // more than 300 ms late is thrown away

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate, RATE);
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    this.power = 0;
  }

  process([input]) {
    for (const sample of input[0] ? this.resampler.push(input[0]) : []) {
      this.power += sample * sample;
      this.frame[this.filled] = encodeSample(sample);
      this.filled += 1;
      if (this.filled === FRAME) this.give();
    }
    return true;
  }

  give() {
    this.port.postMessage({ frame: this.frame, level: Math.sqrt(this.power / FRAME) });
    this.frame = new Uint8Array(FRAME);
    this.filled = 0;
    this.power = 0;
  }
}

class Speaker extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(RATE, sampleRate);
    this.frames = [];
    this.ready = [];
    this.playing = false;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  take(frame) {
    this.frames.push(frame);
    if (this.frames.length > MOST) this.frames.splice(0, this.frames.length - START);
    if (this.frames.length >= START) this.playing = true;
  }

  process(_, [output]) {
    const channel = output[0];
    while (this.playing && this.ready.length < channel.length) {
      const frame = this.frames.shift();
      if (frame) this.ready.push(...this.resampler.push(decode(frame)));
      else this.playing = false;
    }
    channel.set(this.ready.splice(0, channel.length));
    for (const other of output.slice(1)) other.set(channel);
    return true;
  }
}

registerProcessor("microphone", Microphone);
registerProcessor("speaker", Speaker);
