// Times in the viewer's own zone, and seconds that tick, wherever a page or a later fragment has them.

const SHOWN = {
  time: { hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short" },
  moment: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
};

export function length(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60) % 60;
  const tail = `${String(whole % 60).padStart(2, "0")}`;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

export function showTimes(root = document) {
  for (const time of root.querySelectorAll("time[data-show]")) {
    const moment = new Date(time.dateTime);
    time.textContent = new Intl.DateTimeFormat([], SHOWN[time.dataset.show]).format(moment);
    time.title = moment.toLocaleString();
  }
  tick(root);
}

function tick(root = document) {
  for (const element of root.querySelectorAll("[data-since]")) {
    element.textContent = length((Date.now() - new Date(element.dataset.since)) / 1000);
  }
  for (const element of root.querySelectorAll("[data-until]")) {
    element.textContent = length((new Date(element.dataset.until) - Date.now()) / 1000);
  }
}

showTimes();
setInterval(() => tick(), 1000);
