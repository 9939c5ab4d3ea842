// The public interface of the carrier's Voice SDK as far as the phone uses it, played by the test: `fake` in the page
// holds every device that was made, and what a test does to them is what the carrier would.

(() => {
  class Emitter {
    handlers = {};

    on(name, handler) {
      (this.handlers[name] ??= []).push(handler);
      return this;
    }

    emit(name, ...told) {
      for (const handler of this.handlers[name] ?? []) handler(...told);
    }
  }

  class Call extends Emitter {
    muted = false;
    digits = "";

    constructor(device, direction, parameters) {
      super();
      Object.assign(this, { device, direction, parameters, customParameters: new Map(), state: direction === "INCOMING" ? "pending" : "connecting" });
    }

    status() { return this.state; }
    isMuted() { return this.muted; }

    accept() {
      if (this.state !== "pending") return;
      this.device.pending.delete(this);
      if (fake.microphone) {
        this.over("disconnect"); // in this order, as the SDK does
        this.emit("error", Object.assign(new Error("no microphone"), { code: fake.microphone }));
        return;
      }
      this.open();
    }

    open() {
      this.state = "open";
      this.device.active = this;
      this.emit("accept", this);
    }

    over(event) {
      if (this.state === "closed") return;
      this.state = "closed";
      this.device.pending.delete(this);
      this.device.active = null;
      this.emit(event, this);
    }

    reject() { this.over("reject"); }
    disconnect() { this.over("disconnect"); }
    ignore() { this.state = "closed"; }

    mute(on = true) {
      this.muted = on;
      this.emit("mute", on, this);
    }

    sendDigits(digits) { this.digits += digits; }
  }

  class Outputs {
    chosen = [];
    async set(id) { this.chosen.push(id); }
  }

  class AudioHelper extends Emitter {
    availableInputDevices = new Map();
    availableOutputDevices = new Map();
    isOutputSelectionSupported = true;
    inputs = [];
    speakerDevices = new Outputs();
    ringtoneDevices = new Outputs();

    async setInputDevice(id) { this.inputs.push(id); }
    async unsetInputDevice() { this.inputs.push(""); }

    plug(input, output, lost = []) {
      const map = (devices) => new Map(devices.map(([deviceId, label]) => [deviceId, { deviceId, label }]));
      this.availableInputDevices = map(input);
      this.availableOutputDevices = map(output);
      this.emit("deviceChange", lost);
    }
  }

  class Device extends Emitter {
    static isSupported = true;
    audio = new AudioHelper();
    pending = new Set();
    active = null;
    state = "unregistered";
    tokens = [];

    constructor(token, options) {
      super();
      this.tokens.push(token);
      this.options = options;
      fake.devices.push(this);
    }

    get calls() { return [...this.pending]; }

    move(state) {
      this.state = state;
      this.emit(state);
    }

    async register() {
      if (this.state !== "unregistered") throw new Error(`register() in ${this.state}`);
      this.move("registering");
      await null;
      if (fake.refuses) {
        this.move("unregistered");
        throw Object.assign(new Error("refused"), { code: fake.refuses });
      }
      this.move("registered");
    }

    updateToken(token) { this.tokens.push(token); }

    async connect({ params }) {
      const call = new Call(this, "OUTGOING", params);
      fake.calls.push(call);
      return call;
    }

    destroy() {
      this.active?.over("disconnect");
      this.move("destroyed");
    }

    // What a test does in the carrier's stead.
    invite(from) {
      if (this.active) return; // the SDK ignores an invitation while it is busy
      const call = new Call(this, "INCOMING", { From: from });
      this.pending.add(call);
      fake.calls.push(call);
      this.emit("incoming", call);
    }
  }

  const fake = { devices: [], calls: [], microphone: 0, refuses: 0 };
  globalThis.fake = fake;
  globalThis.Twilio = { Device, Call };
})();
