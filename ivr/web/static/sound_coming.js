// A recording that cannot be heard yet: the page looks for it, and shows it once it can.

import { ask } from "./http.js";

const AGAIN = 3000; // milliseconds between two looks
const section = document.querySelector("[data-coming]");

const written = () => [...document.querySelectorAll("textarea, input:not([type=hidden])")].some((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked);

async function look() {
  const page = new DOMParser().parseFromString(await ask(location.href), "text/html");
  if (page.querySelector("[data-coming]")) return wait();
  if (!written()) return location.reload();
  for (const words of section.querySelectorAll(":scope > p")) words.hidden = words.role !== "status"; // whoever writes chooses when
}

function wait() {
  setTimeout(() => look().catch(wait), AGAIN);
}

if (section) wait();
