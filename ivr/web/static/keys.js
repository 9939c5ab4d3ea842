// Every action by one key, unless the person is typing or has switched the keys off; `?` lists them.

const dialog = document.getElementById("keys");
const choice = document.getElementById("keys-on");
const OFF = "warmline-keys-off";

export function typing(element) {
  return Boolean(element?.closest?.("textarea, select, input:not([type=radio], [type=checkbox]), [contenteditable]"));
}

function show() {
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

function obey(target) {
  if (target.matches("button")) target.click();
  else if (target.matches("summary")) {
    target.parentElement.open = true;
    target.parentElement.querySelector("textarea, input:not([type=hidden])").focus();
  } else target.focus();
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape" && !dialog.open && typing(event.target)) event.target.blur();
  if (typing(event.target)) return;
  if (event.key === "?") {
    event.preventDefault();
    show();
  }
  if (dialog.open || !choice.checked) return;
  const key = (event.shiftKey && /^[a-z]$/i.test(event.key) ? "shift+" : "") + event.key.toLowerCase();
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => one.checkVisibility() && !one.disabled);
  if (!found) return;
  event.preventDefault();
  obey(found);
});

document.getElementById("show-keys").addEventListener("click", show);
choice.checked = localStorage.getItem(OFF) === null;
choice.addEventListener("change", () => (choice.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
