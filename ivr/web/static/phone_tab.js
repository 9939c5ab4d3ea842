// One tab has the phone. The others say so, and take it only when asked to, and never out of a call that it would cut.

const LOCK = "warmline-phone";
const PATIENCE = 500; // a page that is just being left lets go of the phone within this

// `take()`: the phone is here now. `give()`: it is not any more. `stays()`: whether it must stay here for now.
// `elsewhere(stays)` is told in the other tabs.
export function shareAmongTabs({ take, give, stays, elsewhere }) {
  const channel = new BroadcastChannel(LOCK);
  let here = false;

  function tell() {
    if (here) channel.postMessage({ stays: stays() });
  }

  channel.addEventListener("message", ({ data }) => {
    if (data === "whose") tell();
    else if (!here) elsewhere(data.stays);
  });

  async function hold(options = {}) {
    const waiting = setTimeout(() => {
      elsewhere(false);
      channel.postMessage("whose");
    }, PATIENCE);
    try {
      await navigator.locks.request(LOCK, options, () => {
        clearTimeout(waiting);
        here = true;
        take();
        tell();
        return new Promise(() => {}); // for as long as this page is open
      });
    } catch {
      here = false;
      give(); // another tab took it; when that one closes, the phone comes back here
      hold();
    }
  }

  hold();
  return { tell, steal: () => hold({ steal: true }) };
}
