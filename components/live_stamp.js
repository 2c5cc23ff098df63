// Keeps a screen in touch with the server: a long poll that answers on news, else after ten seconds.
const UNHEARD = 15_000; // ms without an answer after which the stamp says so
const STALLED = 20_000; // ms after which an answer isn't waited for any more
const ONCE_MORE = 15_000; // ms after which a change that wasn't drawn is told again
const SHOWN = 20_000; // ms for which what "Read now" found stays

export default function ({ data, parentElement }) {
  const part = (name) => parentElement.querySelector(`[data-part="${name}"]`);
  const before = parentElement.tandem;
  before?.stop();

  const tell = (name, value) => document.dispatchEvent(new CustomEvent("tandem", { detail: [name, value] }));
  const now = () => performance.now();
  const newer = before && before.told.at > data.told.at;
  const self = {
    told: newer ? before.told : data.told,
    heard: newer ? before.heard : now(),
    asked: before?.asked ?? "",
    triggered: before?.triggered ?? -Infinity,
    renewed: before?.renewed ?? -Infinity,
    stopped: false,
  };
  parentElement.tandem = self;

  const write = (name, text) => {
    const element = part(name);
    if (element.textContent !== text) element.textContent = text;
    if (element.hidden !== (text === "")) element.hidden = text === "";
  };

  function show() {
    const { told } = self;
    const unheard = now() - self.heard > UNHEARD;
    const state = unheard ? "unheard" : told.trouble ? "trouble" : "good";
    const stamp = part("stamp");
    if (stamp.dataset.state !== state) stamp.dataset.state = state;
    const asOf = data.asOf ?? told.as_of;
    write("mark", { good: "● Live", trouble: "▲ Not read", unheard: "✕ Not connected" }[state]);
    write("what", [told.label, asOf && `as of ${asOf}`].filter(Boolean).join(" · "));
    write("changed", told.changed ? `changed ${told.changed}` : "");
    write("read", told.read ? `read ${told.read}` : "");
    write("heard", `heard ${told.heard}`);
    write("why", why(state, told));
    part("again").hidden = data.bare;
  }

  function why(state, told) {
    if (state === "unheard") return `This screen has not heard from the server since ${told.heard}. The figures stay as they were.`;
    if (state === "good" || data.bare) return "";
    return told.read ? `These are the figures of ${told.read}. Since then: ${told.trouble}` : told.trouble;
  }

  function hear(told) {
    const recovered = self.told.trouble && !told.trouble;
    self.told = told;
    self.heard = now();
    show();
    const again = told.seen === self.asked && now() - self.triggered < ONCE_MORE;
    if (recovered || (told.seen !== data.seen && !again)) {
      self.asked = told.seen;
      self.triggered = now();
      tell("changed", told.seen);
    }
  }

  function renew() {
    if (now() - self.renewed < 10_000) return;
    self.renewed = now();
    tell("renewed", self.renewed);
  }

  const running = new Set();
  async function ask(path, options) {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), options.patience);
    running.add(control);
    try {
      const headers = { "X-Tandem-Token": data.token };
      const answer = await fetch(`${data.route}/${path}`, { method: options.method, headers, cache: "no-store", credentials: "omit", signal: control.signal });
      if (answer.status === 403) renew();
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
      running.delete(control);
    }
  }

  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

  async function listen() {
    while (!self.stopped) {
      if (document.hidden) {
        await sleep(500); // nobody looks: nothing is asked
        continue;
      }
      const told = await ask(`live?after=${encodeURIComponent(self.told.state)}`, { method: "GET", patience: STALLED });
      if (self.stopped) return;
      if (told) hear(told);
      await sleep(told ? told.pause : 2_000 + 1_000 * Math.random());
    }
  }

  let clearing = 0;
  part("again").onclick = async () => {
    const button = part("again");
    clearTimeout(clearing);
    button.disabled = true;
    write("found", "Reading …");
    const answer = await ask("read", { method: "POST", patience: 90_000 });
    button.disabled = false;
    write("found", answer ? answer.found : "The server didn't answer. Try again.");
    clearing = setTimeout(() => write("found", ""), SHOWN);
    if (answer && !self.stopped) hear(answer.told);
  };

  const onShown = () => {
    if (!document.hidden) self.heard = Math.max(self.heard, now() - UNHEARD + 3_000); // a moment to catch up
  };
  document.addEventListener("visibilitychange", onShown);
  const ticking = setInterval(show, 1_000);
  self.stop = () => {
    self.stopped = true;
    clearInterval(ticking);
    document.removeEventListener("visibilitychange", onShown);
    running.forEach((control) => control.abort());
  };
  show();
  listen();
  return self.stop;
}
