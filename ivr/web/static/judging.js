// The scorecard beside a call: questions that are not asked are hidden, moments are heard, and "Now" writes the time.

import { length } from "./times.js";

const form = document.querySelector(".score-form");
const slider = document.querySelector(".player input[type=range]");

function seek(seconds) {
  slider.value = seconds;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const moment = event.target.closest(".moment[data-at]");
  if (!moment || !slider || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  seek(Number(moment.dataset.at));
});

if (form) {
  const chosen = (name) => form.querySelector(`input[name="${name}"]:checked`)?.value;

  function showAsked() {
    for (const question of form.querySelectorAll("[data-after]")) {
      const before = document.getElementById(question.dataset.after);
      question.hidden = !before || before.hidden || chosen(question.dataset.after) !== question.dataset.answer;
      question.disabled = question.hidden;
    }
  }

  function askWhy(input) {
    if (input.dataset.fact && input.value !== input.dataset.fact) input.closest("fieldset").querySelector("details").open = true;
  }

  for (const note of form.querySelectorAll(".condition")) note.hidden = true;
  for (const button of form.querySelectorAll("[data-here]")) {
    button.hidden = !slider;
    button.addEventListener("click", () => {
      const field = document.getElementById(button.dataset.here);
      field.value = [field.value, length(Number(slider.value))].filter(Boolean).join(", ");
    });
  }
  form.addEventListener("change", (event) => {
    showAsked();
    if (event.target.type === "radio") askWhy(event.target);
  });
  showAsked();
}
