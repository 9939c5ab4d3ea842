// Both sides of a call as what is heard: mu-law in, the caller's and the bot's samples in turn; their sum out.

const START = 1200; // samples kept before playing: 150 ms against the network's jitter
const MOST = 8000; // more than a second late is thrown away

function decode(byte) {
  const code = ~byte & 0xff;
  const magnitude = (((code & 0x0f) << 3) + 0x84) << ((code & 0x70) >> 4);
  return (code & 0x80 ? 0x84 - magnitude : magnitude - 0x84) / 32768;
}

class BothSides extends AudioWorkletProcessor {
  constructor() {
    super();
    this.ready = [];
    this.odd = null; // a caller's sample whose other half is still to come
    this.playing = false;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  take(bytes) {
    for (const byte of bytes) {
      if (this.odd === null) {
        this.odd = byte;
        continue;
      }
      this.ready.push(decode(this.odd) + decode(byte));
      this.odd = null;
    }
    if (this.ready.length > MOST) this.ready.splice(0, this.ready.length - START);
    if (this.ready.length >= START) this.playing = true;
  }

  process(_, [[channel]]) {
    if (this.playing) channel.set(this.ready.splice(0, channel.length));
    if (this.ready.length === 0) this.playing = false;
    return true;
  }
}

registerProcessor("both-sides", BothSides);
