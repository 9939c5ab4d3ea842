// Watches a page from outside of its own scripts: what was pressed and typed, what stood there when it was, and what
// the page then asked of the server. It judges nothing.

(() => {
  const TEXT = "textarea, select, input:not([type=radio], [type=checkbox], [type=hidden])";
  const tell = (what, more) => window.witness({ what, at: Date.now(), ...more });
  const since = new Map(); // key -> { meaning, at }: what it would do, and since when
  let changedAt = -Infinity; // when any key was given another meaning; how it is opened is no change
  let typedAt = -Infinity;
  let cause = null; // the last thing that a person did
  let field = null; // the one that they are in
  let cut = false; // it was taken away under their hands, and they have done nothing else since
  let before = "";
  let submits = 0;

  const keyOf = (one) => one?.dataset?.key ?? (one?.id ? `#${one.id}` : undefined);
  const isText = (element) => Boolean(element?.matches?.(TEXT));
  const asKey = (event) => (event.shiftKey && /^[a-z]$/i.test(event.key) ? "shift+" : "") + event.key.toLowerCase();
  const targetOf = (key) => [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => one.checkVisibility() && !one.disabled);
  const age = (key) => performance.now() - (since.get(key)?.at ?? performance.now());

  function look() {
    const now = performance.now();
    const found = new Map();
    for (const one of document.querySelectorAll("[data-key], button[id], input[id]")) {
      const key = keyOf(one);
      found.set(key, `${found.get(key) ?? ""}${one.id}>${one.form?.action ?? ""};`);
    }
    for (const [key, meaning] of found) {
      if (since.get(key)?.meaning === meaning) continue;
      since.set(key, { meaning, at: now });
      if (!key.startsWith("#")) changedAt = now;
    }
    for (const key of [...since.keys()]) {
      if (found.has(key)) continue;
      since.delete(key);
      if (!key.startsWith("#")) changedAt = now;
    }
    if (field && !field.isConnected) {
      if (!isText(document.activeElement)) cut = true;
      field = isText(document.activeElement) ? document.activeElement : null;
    }
  }

  function keyed(event) {
    const key = asKey(event);
    const active = document.activeElement;
    const target = key === "enter" || key === " " ? active : targetOf(key);
    cause = {
      kind: "key", key, typing: isText(active), dialog: Boolean(document.querySelector("dialog[open], [popover]:popover-open")),
      on: "keys" in document.documentElement.dataset && document.getElementById("keys-on").checked, cut, repeat: event.repeat,
      age: Math.min(age(keyOf(target) ?? key), 1e9), quiet: Math.min(performance.now() - changedAt, performance.now() - typedAt, performance.now(), 1e9),
      target: target?.id ?? "", button: Boolean(target?.matches("button")), busy: target?.getAttribute("aria-busy") === "true",
      state: Boolean(target?.matches("[name=presence], [name=then]")),
    };
  }

  addEventListener("keydown", (event) => {
    if (!event.isTrusted || event.ctrlKey) return;
    if (event.key === "Tab" || event.key === "Escape") cut = false;
    keyed(event);
    const mine = cause;
    const counted = submits;
    if (mine.typing) typedAt = performance.now();
    if (!mine.typing && mine.button && mine.key.length > 0 && mine.key !== "enter" && mine.key !== " ") {
      setTimeout(() => { if (submits === counted && cause === mine) tell("deaf", { cause: mine }); });
    }
  }, true);
  addEventListener("pointerdown", (event) => {
    if (!event.isTrusted) return;
    cut = false;
    const known = since.get(keyOf(event.target.closest("[data-key], button[id], input[id]")));
    if (known) known.at = -Infinity; // they have seen it, and chosen it
  }, true);
  addEventListener("click", (event) => {
    if (!event.isTrusted) return;
    if (event.detail > 0) cause = { kind: "click", target: event.target.closest("button, a")?.id ?? "" };
    if (event.target.closest("#not-done .again")) tell("again", {});
  }, true);
  addEventListener("submit", (event) => {
    submits += 1;
    const { action, method } = event.target;
    if (method === "dialog") return; // a box that is closed asks nothing of the server
    const { id, name, value } = event.submitter ?? {};
    tell("submit", { action: new URL(action).pathname, id: id ?? "", name: name ?? "", value: value ?? "", cause });
  }, true);
  addEventListener("focusin", ({ target }) => { field = isText(target) ? target : null; }, true);
  addEventListener("focusout", ({ target }) => setTimeout(() => { if (field === target && target.isConnected) field = null; }), true);
  addEventListener("beforeinput", ({ target }) => { before = target.value ?? ""; }, true);
  addEventListener("input", (event) => {
    const drafts = event.target.form?.dataset.drafts;
    if (!event.isTrusted || !drafts || !isText(event.target)) return;
    tell("wrote", { form: drafts, field: event.target.name, before, after: event.target.value });
  }, true);
  addEventListener("DOMContentLoaded", () => {
    look();
    new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-key", "action"] });
  });

  window.seen = () => {
    const panel = document.querySelector("#panel [data-mode]");
    return {
      path: location.pathname, mode: panel?.dataset.mode ?? "", call: panel?.dataset.call ?? "",
      presence: document.querySelector(".presence [aria-pressed=true]")?.value ?? "",
      link: document.getElementById("link")?.dataset.state ?? "",
      notice: document.getElementById("notice")?.hidden === false ? document.getElementById("notice").textContent : "",
      accept: document.getElementById("accept")?.checkVisibility() ? Math.min(age("a"), 1e9) : -1,
      ready: document.getElementById("ready")?.checkVisibility() ?? false,
    };
  };
})();
