// What is typed and not yet sent survives a reload and a change of the page around it: kept in this tab alone.

const PREFIX = "draft:";
const FIELDS = "[data-draft]";
const tick = (field) => field.type === "radio" || field.type === "checkbox";

export function restoreDrafts(root = document) {
  for (const field of root.querySelectorAll(FIELDS)) {
    const kept = sessionStorage.getItem(PREFIX + field.id);
    if (kept === null) continue;
    if (tick(field)) field.checked = true;
    else field.value = kept;
    if (field.selectedIndex === -1) field.selectedIndex = 0; // what was chosen is no longer to be had
    const details = field.closest("details");
    if (details) details.open = true;
  }
}

export function dropDrafts(form) {
  form.reset();
  for (const field of form.querySelectorAll(FIELDS)) sessionStorage.removeItem(PREFIX + field.id);
}

// Words about a caller do not outlive their call on this page.
export function forgetOthers() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && !document.getElementById(key.slice(PREFIX.length))) sessionStorage.removeItem(key);
  }
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches(FIELDS)) return;
  if (tick(target)) for (const other of target.form.elements[target.name]) sessionStorage.removeItem(PREFIX + other.id);
  if (target.value) sessionStorage.setItem(PREFIX + target.id, target.value);
  else sessionStorage.removeItem(PREFIX + target.id);
});
restoreDrafts();
forgetOthers();
