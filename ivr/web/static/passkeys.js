// Passkeys: a button with data-passkey="use" or "make" asks the browser for one and sends what it says.

const token = document.querySelector('meta[name="csrf-token"]').content;
const fault = document.querySelector("#passkey-fault");
const numbers = /^[\d.]+$|:/.test(location.hostname); // there are no passkeys for an address of numbers
const able = !numbers && window.PublicKeyCredential?.parseRequestOptionsFromJSON;

async function send(address, body = "") {
  const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": token, "Content-Type": "application/json" }, body });
  const said = await answer.json();
  if (said.prove) location.assign(said.prove);
  if (!answer.ok) throw new Error(said.error ?? "That did not work. Reload the page and try again.");
  return said;
}

async function use(button) {
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(await send(button.dataset.options));
  const shown = await navigator.credentials.get({ publicKey: options });
  return send(button.dataset.answer, JSON.stringify(shown.toJSON()));
}

async function make(button) {
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(await send(button.dataset.options));
  const made = await navigator.credentials.create({ publicKey: options });
  const name = encodeURIComponent(document.querySelector("#passkey-name").value);
  return send(`${button.dataset.answer}?name=${name}`, JSON.stringify(made.toJSON()));
}

for (const button of document.querySelectorAll("[data-passkey]")) {
  if (!able) continue;
  button.closest("[hidden]")?.removeAttribute("hidden");
  button.addEventListener("click", async () => {
    fault.hidden = true;
    button.setAttribute("aria-busy", "true");
    try {
      const { next } = await (button.dataset.passkey === "make" ? make : use)(button);
      location.assign(next);
    } catch (error) {
      fault.textContent = error.name === "NotAllowedError" ? "No passkey was used. Try again, or go another way." : error.message;
      fault.hidden = false;
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}
