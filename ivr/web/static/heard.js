// A moment that a review speaks of is heard at its time.

for (const moment of document.querySelectorAll(".moment[data-sound]")) {
  moment.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const audio = document.getElementById(moment.dataset.sound);
    audio.currentTime = Number(moment.dataset.at);
    audio.play().catch(() => {}); // its controls say that it cannot be played
  });
}
