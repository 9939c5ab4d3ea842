// The phone in its frame. Several tabs may be open: one holds the phone, and another takes it only when asked to.

const card = document.getElementById("phone");
const LOCK = "warmline-phone";
const PATIENCE = 500; // a page that is just being left lets go of the phone within this

function open() {
  const frame = document.createElement("iframe");
  Object.assign(frame, { src: card.dataset.src, title: "Your phone", className: "phone-frame", allow: "microphone; autoplay" });
  card.querySelector(".phone-here").replaceChildren(frame);
  card.querySelector(".phone-elsewhere").hidden = true;
}

function close() {
  card.querySelector(".phone-here").replaceChildren();
  card.querySelector(".phone-elsewhere").hidden = false;
}

async function hold(options = {}) {
  const waiting = setTimeout(close, PATIENCE);
  try {
    await navigator.locks.request(LOCK, options, () => {
      clearTimeout(waiting);
      open();
      return new Promise(() => {}); // for as long as this page is open
    });
  } catch {
    hold(); // another tab took it; when that one closes, the phone comes back here
  }
}

function answer() {
  const frame = card.querySelector("iframe");
  if (frame && document.querySelector("[data-answer]")) frame.contentWindow.postMessage("answer", new URL(frame.src).origin);
}

if (card) {
  if (navigator.locks) hold();
  else open();
  card.querySelector("#take-phone").addEventListener("click", () => hold({ steal: true }));
  // One click is enough: what was accepted on the page is answered on the phone, as soon as it rings there.
  setInterval(answer, 500);
}
