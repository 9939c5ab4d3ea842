// A word outside of the page, for whoever looks at something else: only where they have asked for it.
// It names nobody: it may stand on a screen that others see.

const box = document.getElementById("notify");
const able = "Notification" in window;
let last = null;

export function notify(words) {
  if (!able || Notification.permission !== "granted" || !document.hidden) return;
  last = new Notification("Warmline", { body: words, tag: "warmline-desk", renotify: true, icon: document.querySelector('link[rel="icon"]').href });
  last.addEventListener("click", () => { window.focus(); clearNotice(); });
}

export function clearNotice() {
  last?.close();
  last = null;
}

function offer() {
  box.hidden = !able || Notification.permission !== "default";
}

box.querySelector("button").addEventListener("click", async () => { await Notification.requestPermission(); offer(); });
offer();
