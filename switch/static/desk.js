// The desk that frames this phone drives it: it is told what happens here, and its orders do what the buttons here do.

export const framed = parent !== window;
let desk = ""; // its origin, once it has said hello

// A desk is served from this machine, as the switch is; a page from elsewhere gets no answer.
function ofThisMachine(origin) {
  const { hostname } = new URL(origin);
  return [location.hostname, "localhost", "127.0.0.1", "[::1]"].includes(hostname);
}

export function tellDesk(what, more = {}) {
  if (desk) parent.postMessage({ warmline: what, ...more }, desk);
}

// `orders`: a function for each word that the desk may send; `hello` is called when it comes, and after its reload.
export function obeyDesk(orders) {
  addEventListener("message", ({ source, origin, data }) => {
    if (!framed || source !== parent || !ofThisMachine(origin)) return;
    if (data?.warmline === "hello") desk = origin;
    if (origin === desk && Object.hasOwn(orders, data?.warmline)) orders[data.warmline](data);
  });
}
