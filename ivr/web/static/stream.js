// One stream of news for all of this browser's pages: without HTTP/2 a browser has six connections to a host, and a
// seventh page would never load. The page that holds the lock has the stream and passes on what it hears; when it is
// closed, the next one gets the lock. Where a browser knows no locks, each page has a stream of its own.

const NAME = "warmline:news";
const FORGOTTEN = 150_000; // a hidden page speaks once a minute
const shared = "locks" in navigator && "BroadcastChannel" in window;
const tab = `${Date.now()}-${Math.random()}`;
const channel = shared ? new BroadcastChannel(NAME) : null;
const wants = new Map(); // page -> { calls, at }: what each page follows; the leader's knowledge

let address = "";
let hear = () => {};
let mine = [];
let leading = false;
let source = null;
let opened = null; // the query of `source`

/** News from `from`: `heard` gets "open", "lost", "beat" or "news", and the news. */
export function listen(from, heard) {
  address = from;
  hear = heard;
  if (shared) queue();
  else lead();
}

/** Which calls this page wants news of. */
export function follow(calls) {
  mine = calls;
  want();
}

/** Nothing was heard for too long: begin anew, in the place of a page that sleeps. */
export function again() {
  if (leading) open(true);
  else if (shared) queue(true);
}

/** Whether the stream was refused, and no browser will try it again by itself. */
export function refused() {
  return source?.readyState === EventSource.CLOSED;
}

function queue(steal = false) {
  navigator.locks
    .request(NAME, { steal }, () => { lead(); return new Promise(() => {}); }) // held until this page is gone
    .catch(() => { rest(); queue(); }); // another page thought that we sleep
}

function lead() {
  leading = true;
  want();
  tell("lead");
}

function rest() {
  leading = false;
  source?.close();
  source = opened = null;
  wants.clear();
  want();
}

function want() {
  if (leading) {
    note(tab, mine);
    open();
  } else tell("want", { calls: mine });
}

function note(page, calls) {
  wants.set(page, { calls, at: Date.now() });
  for (const [known, { at }] of wants) if (known !== tab && Date.now() - at > FORGOTTEN) wants.delete(known);
}

function open(anew = false) {
  const calls = [...new Set([...wants.values()].flatMap((wanted) => wanted.calls))].sort();
  const query = new URLSearchParams([...calls.map((sid) => ["call", sid]), ...(shared ? [["shared", "1"]] : [])]).toString();
  if (query === opened && !anew) return;
  source?.close();
  opened = query;
  source = new EventSource(`${address}${query ? `?${query}` : ""}`);
  source.onopen = () => pass("open");
  source.onerror = () => pass("lost");
  source.addEventListener("beat", () => pass("beat"));
  source.addEventListener("over", () => {
    source.close(); // or the browser asks again at once, and is refused
    pass("over");
  });
  source.addEventListener("news", (event) => pass("news", JSON.parse(event.data)));
}

function pass(kind, news = null) {
  hear(kind, news);
  tell("heard", { kind, news });
}

function tell(what, more = {}) {
  channel?.postMessage({ what, from: tab, ...more });
}

channel?.addEventListener("message", ({ data }) => {
  if (data.what === "heard" && !leading && (data.to ?? tab) === tab) hear(data.kind, data.news);
  if (data.what === "lead") {
    if (leading) rest(); // two cannot: the one who came last has the lock
    else want();
  }
  if (!leading) return;
  if (data.what === "want") {
    if (!wants.has(data.from) && source?.readyState === EventSource.OPEN) tell("heard", { kind: "open", to: data.from });
    note(data.from, data.calls);
    open();
  }
  if (data.what === "leave" && wants.delete(data.from)) open();
});
addEventListener("pagehide", () => tell("leave"));
addEventListener("pageshow", () => want());
setInterval(() => { if (!leading) want(); }, 5000);
