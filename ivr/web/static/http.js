// Asking the server as the person whom this page was made for, and as nobody else.

const meta = document.querySelector('meta[name="csrf-token"]');

/** Whose page this is: the number of a person, "" where nobody is signed in. */
export const person = meta.dataset.person;

/** The sign-in has ended: nothing that was asked is done. */
export class SignedOutError extends Error {}

/** The server said no; `status` is how. */
export class RefusedError extends Error {
  constructor(url, status) {
    super(`${url}: ${status}`);
    this.status = status;
  }
}

/** The text of the answer. Raises what `begin` does. */
export async function ask(url, options = {}) {
  return (await begin(url, options)).text();
}

/** The answer once it begins. Raises SignedOutError, RefusedError, and TypeError where nothing answers. */
export async function begin(url, options = {}) {
  let answer = await send(url, options);
  if (answer.headers.has("X-Stale-Token") && (await renewed())) answer = await send(url, options); // it was not done before
  if (answer.status === 401 || answer.headers.has("X-Stale-Token")) throw new SignedOutError(url); // a page made anew has a token
  if (!answer.ok) throw new RefusedError(url, answer.status);
  return answer;
}

function send(url, options) {
  options.body?.set("csrf_token", meta.content);
  return fetch(url, { ...options, headers: { "X-Fragment": "1", "X-CSRFToken": meta.content } });
}

// Signed in anew in another tab: this one takes over the new token, if it is still the same person.
async function renewed() {
  const answer = await fetch(location.href);
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector('meta[name="csrf-token"]');
  if (found?.dataset.person !== person) throw new SignedOutError(location.href);
  meta.content = found.content;
  for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = meta.content;
  return true;
}
