// Forms whose answer is another page. Where that says that the sign-in had ended, or that one is to prove who one is,
// what was asked for was not done: it is offered once one is back.

import { forgetAsked, offerAgain, rememberAsked, wasNotDone } from "./not_done.js";

const meta = document.querySelector('meta[name="csrf-token"]');

if (document.querySelector("[data-not-done]")) wasNotDone();
else {
  forgetAsked();
  offerAgain(send, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!event.defaultPrevented && form.method === "post" && !form.hasAttribute("data-live")) rememberAsked(form, event.submitter);
  });
}

function send(action, body) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  form.hidden = true;
  body.set("csrf_token", meta.content);
  for (const [name, value] of body) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.requestSubmit();
}
