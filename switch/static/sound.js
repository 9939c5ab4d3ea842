// Telephone sound: mu-law, and a resampler with a windowed-sinc low-pass, for 8 kHz on one side.

export const RATE = 8000;
export const FRAME = 160;

const decoded = Float32Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return (bits & 0x80 ? -magnitude : magnitude) / 32768;
});

export const decode = (bytes) => Float32Array.from(bytes, (byte) => decoded[byte]);

export function encodeSample(value) {
  const sample = Math.max(-32635, Math.min(32635, Math.round(value * 32768)));
  const magnitude = Math.abs(sample) + 132;
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 15;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

const PHASES = 240; // a multiple of 6, so that 48 kHz falls on whole phases

// Streams samples from one rate to another. The low-pass stands just under the lower rate's half.
export class Resampler {
  constructor(from, to, zeros = 16) {
    this.step = from / to;
    const cutoff = (0.86 * Math.min(from, to)) / 2 / from; // cycles per input sample
    this.half = Math.ceil(zeros / (2 * cutoff));
    this.width = 2 * this.half;
    this.kernels = Array.from({ length: PHASES }, (_, phase) => this.kernel(phase / PHASES, cutoff));
    this.kept = new Float32Array(this.width);
    this.position = 0; // of the next output, in input samples after the start of `kept`
  }

  kernel(fraction, cutoff) {
    const taps = Float32Array.from({ length: this.width }, (_, index) => {
      const x = index - this.half + 1 - fraction;
      const w = 0.42 + 0.5 * Math.cos((Math.PI * x) / this.half) + 0.08 * Math.cos((2 * Math.PI * x) / this.half);
      const angle = 2 * Math.PI * cutoff * x;
      return Math.abs(x) > this.half ? 0 : w * 2 * cutoff * (x === 0 ? 1 : Math.sin(angle) / angle);
    });
    const sum = taps.reduce((total, tap) => total + tap, 0);
    return taps.map((tap) => tap / sum);
  }

  push(input) {
    const all = new Float32Array(this.kept.length + input.length);
    all.set(this.kept);
    all.set(input, this.kept.length);
    const output = [];
    while (Math.floor(this.position) + this.width < all.length) {
      const whole = Math.floor(this.position);
      const taps = this.kernels[Math.min(PHASES - 1, Math.round((this.position - whole) * PHASES))];
      let sum = 0;
      for (let index = 0; index < this.width; index += 1) sum += all[whole + index] * taps[index];
      output.push(sum);
      this.position += this.step;
    }
    const used = Math.min(Math.floor(this.position), all.length);
    this.kept = all.slice(used);
    this.position -= used;
    return output;
  }
}
