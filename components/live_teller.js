// What the stamp finds out is told to the server; and who comes by a link to a part of a page is brought there.
export default function ({ setTriggerValue }) {
  const told = ({ detail }) => {
    if (detail[0] === "changed") keepStill();
    setTriggerValue(detail[0], detail[1]);
  };
  document.addEventListener("tandem", told);
  const unwatch = connectedAgain(() => {
    keepStill();
    setTriggerValue("renewed", Date.now());
  });
  arrive();
  return () => {
    document.removeEventListener("tandem", told);
    unwatch();
  };
}

// A server that was started anew knows nothing of this page until it runs there, and what a reader does first would
// be lost on it. So the page runs as soon as the connection is back; where the server is the same only the stamp does.
function connectedAgain(work) {
  const app = document.querySelector("[data-testid=stApp]");
  let was = app.dataset.testConnectionState;
  const watch = new MutationObserver(() => {
    const is = app.dataset.testConnectionState;
    if (is === "CONNECTED" && was !== is) work();
    was = is;
  });
  watch.observe(app, { attributes: true, attributeFilter: ["data-test-connection-state"] });
  return () => watch.disconnect();
}

// While the server works out what changed, what is shown isn't greyed: nobody asked for anything. It is told from a
// run that a reader asked for by a mark on the document, which style.css knows.
const SETTLED_MS = 500;
const NOT_BEGUN_MS = 5000;
const NO_LONGER_MS = 120000;

function keepStill() {
  const root = document.documentElement;
  const app = document.querySelector("[data-testid=stApp]");
  let [ran, idle, since] = [false, performance.now(), performance.now()];
  root.dataset.tandemRefreshing = "";
  clearInterval(window.tandemRefreshing);
  window.tandemRefreshing = setInterval(() => {
    const now = performance.now();
    if (app.dataset.testScriptState === "running") [ran, idle] = [true, now];
    if (now - idle < (ran ? SETTLED_MS : NOT_BEGUN_MS) && now - since < NO_LONGER_MS) return;
    clearInterval(window.tandemRefreshing);
    delete root.dataset.tandemRefreshing;
  }, 100);
}

// The page is drawn bit by bit, so its part moves: it is followed until nothing moves or the reader does.
const QUIET_MS = 1500;
const LONGEST_MS = 30000;
const READS = ["wheel", "touchstart", "pointerdown", "keydown"];

function arrive() {
  const name = decodeURIComponent(window.location.hash.slice(1));
  if (window.tandemArrived || name === "") return;
  window.tandemArrived = true;
  let quiet;
  const follow = () => {
    const part = document.getElementById(name);
    if (part === null) return;
    part.scrollIntoView({ block: "start", behavior: "instant" });
    clearTimeout(quiet);
    quiet = setTimeout(stop, QUIET_MS);
  };
  const watch = new MutationObserver(follow);
  const stop = () => {
    watch.disconnect();
    clearTimeout(quiet);
    READS.forEach((event) => window.removeEventListener(event, stop));
  };
  watch.observe(document.body, { childList: true, subtree: true });
  READS.forEach((event) => window.addEventListener(event, stop, { passive: true }));
  setTimeout(stop, LONGEST_MS);
  follow();
}
