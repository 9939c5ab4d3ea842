// Seconds that tick, wherever a page or a later fragment has them.

export function length(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60) % 60;
  const tail = `${String(whole % 60).padStart(2, "0")}`;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

export function tick(root = document) {
  for (const element of root.querySelectorAll("[data-since]")) {
    element.textContent = length((Date.now() - new Date(element.dataset.since)) / 1000);
  }
  for (const element of root.querySelectorAll("[data-until]")) {
    element.textContent = length((new Date(element.dataset.until) - Date.now()) / 1000);
  }
}

tick();
setInterval(() => tick(), 1000);
