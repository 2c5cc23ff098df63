// The stage of the presentation: which slide is seen and for how long, keys and touch, the wake lock, and whether
// this screen can vouch for what it shows. It turns slides without the server, and without it it says so.
const BEAT = 2_000; // ms between two questions to the server
const PATIENCE = 4_000; // ms an answer is waited for
const SILENT = 8_000; // ms without an answer after which the screen says that it is cut off
const CATCHING_UP = 4_000; // ms after a sleep in which it first tries to hear again
const SLEPT = 5_000; // ms by which a clock that ticks twice a second was late when the machine slept
const ASK_AGAIN = 15_000; // ms after which a change that wasn't drawn is told again
const BEHIND = 30_000; // ms that newer figures may take to be drawn
const LOST = 8_000; // ms without Streamlit's own connection, or shut out, after which the page is loaded again
const STUCK = 180_000; // ms of newer figures that don't come after which it is, too
const GOES_ON = 300_000; // ms untouched after which a paused loop goes on
const SHOWN = 3_000; // ms the controls stay
const MINUTE = 60_000;
const REMEMBERED = "tandem-present";

export default function (call) {
  const stage = (call.parentElement.tandem ??= new Stage(call.parentElement));
  stage.update(call);
  const mine = (stage.call = {});
  return () => stage.call === mine && stage.stop();
}

class Stage {
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.listeners = [];
    this.running = 0; // the number of the run; 0: stopped
    this.runs = 0;
    this.paused = false;
    this.reloading = false;
    Object.assign(this, { grace: 0, shutSince: null, lostSince: null, behindSince: null, told: null, asked: "", askedAt: 0, renewedAt: 0, touched: 0 });
  }

  // --- what the server drew

  update({ data, setTriggerValue }) {
    const before = this.data;
    this.data = data;
    this.trigger = setTriggerValue;
    if (!this.told || data.told.at >= this.told.at) this.hear(data.told);
    Object.assign(this.part("stage").dataset, { mode: data.mode, seen: data.seen });
    if (data.mode === "meeting") this.meeting ??= new Meeting(this);
    if (!this.running) this.begin();
    if (before && before.token !== data.token) this.shutSince = null;
    if (!before || JSON.stringify(before.slides) !== JSON.stringify(data.slides)) this.show(this.first());
    this.links();
    this.meeting?.update(data);
    this.setup ??= new Setup(this);
    this.vouch();
  }

  links() {
    const { about, leave, mode, notes, other } = this.data;
    write(this.part("about"), about);
    write(this.part("other"), mode === "loop" ? "Meeting" : "Loop");
    for (const [name, href] of Object.entries({ leave, other })) Object.assign(this.part(name), { href, target: "_self" });
    if (String(notes) === this.noted) return;
    this.noted = String(notes);
    this.part("notes").replaceChildren(...notes.map((note) => Object.assign(document.createElement("li"), { textContent: note })));
    setTimeout(() => this.part("notes").replaceChildren(), MINUTE);
  }

  // Something that the viewer should know for a while, and can do something about.
  say(text, word = "", work = null) {
    const note = Object.assign(document.createElement("li"), { textContent: text });
    if (work) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: word, ariaLabel: `${word}. ${text}` });
      button.addEventListener("click", () => (note.remove(), work()), { once: true });
      note.append(button);
    }
    this.part("notes").append(note);
    setTimeout(() => note.remove(), MINUTE / 3);
  }

  begin() {
    const run = (this.running = ++this.runs);
    const on = (target, name, work, options) => {
      target.addEventListener(name, work, options);
      this.listeners.push(() => target.removeEventListener(name, work, options));
    };
    on(document, "keydown", (event) => this.key(event), true);
    on(document, "pointermove", (event) => event.pointerType === "mouse" && this.moved(event));
    on(document, "pointerdown", (event) => (this.down = { x: event.clientX, y: event.clientY, on: inside(event) }));
    on(document, "pointerup", (event) => this.touch(event));
    on(document, "visibilitychange", () => document.hidden || this.wake());
    for (const name of ["online", "pageshow", "focus"]) on(window, name, () => this.wake());
    for (const name of ["back", "pause", "next", "full"]) on(this.part(name), "click", () => this.press(name));
    on(document, "fullscreenchange", () => this.label());
    on(this.part("stage"), "focusout", ({ target }) => (this.left = { target, at: Date.now() }));
    const undisturbed = new MutationObserver(() => this.dismiss());
    undisturbed.observe(document.body, { childList: true });
    this.listeners.push(() => undisturbed.disconnect());
    this.ticked = Date.now();
    const ticking = setInterval(() => this.tick(), 500);
    this.listeners.push(() => clearInterval(ticking));
    this.lock();
    this.listen(run);
    this.label();
    this.uncover(false);
    this.part("stage").dataset.ready = "yes";
  }

  stop() {
    this.running = 0;
    this.listeners.splice(0).forEach((off) => off());
    this.control?.abort();
    this.held?.release().catch(() => {});
    this.rule?.remove();
    this.rule = null;
  }

  // --- slides

  get slides() {
    return this.data.slides;
  }

  first() {
    const keys = this.slides.map(({ key }) => key);
    const { slide, link } = recalled(); // by another link it begins anew
    const known = [this.current, link === location.search && slide, this.data.start].find((key) => keys.includes(key));
    return known ?? keys[0];
  }

  show(key) {
    const place = this.slides.findIndex((slide) => slide.key === key);
    this.current = key;
    recall({ slide: key, link: location.search });
    if (!this.rule?.isConnected) document.head.append((this.rule = document.createElement("style")));
    this.rule.textContent = `.st-key-slide_${key} { visibility: visible !important; opacity: 1 !important; }`;
    document.documentElement.dataset.tandemSlide = key;
    document.dispatchEvent(new CustomEvent("tandem-slide"));
    write(this.part("place"), this.slides.length > 1 ? `${place + 1} / ${this.slides.length}` : "");
    this.meeting?.show(key);
    this.wind();
  }

  turn(by) {
    const place = this.slides.findIndex(({ key }) => key === this.current);
    const last = this.slides.length - 1;
    const next = this.data.mode === "loop" ? (place + by + last + 1) % (last + 1) : Math.min(Math.max(place + by, 0), last);
    if (next !== place) this.show(this.slides[next].key);
    else this.wind();
  }

  // The countdown begins anew.
  wind() {
    const { mode, seconds } = this.data;
    this.due = Date.now() + seconds * 1_000;
    this.counting?.cancel();
    this.counting = null;
    if (mode !== "loop" || this.slides.length < 2) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const easing = still ? `steps(${Math.min(seconds, 20)})` : "linear";
    this.counting = this.part("countdown").animate([{ transform: "scaleX(0)" }, { transform: "scaleX(1)" }], { duration: seconds * 1_000, easing, fill: "forwards" });
    if (this.paused) this.counting.pause();
  }

  pause(paused) {
    if (this.data.mode !== "loop") return;
    this.touched = Date.now();
    if (this.paused !== paused) {
      this.paused = paused;
      if (paused) this.counting?.pause();
      else this.wind();
    }
    this.label();
  }

  label() {
    write(this.part("paused"), this.paused ? "❚❚ Paused" : "");
    write(this.part("pause"), this.paused ? "Go on" : "Pause");
    write(this.part("full"), document.fullscreenElement ? "Leave full screen" : "Full screen");
  }

  // --- keys, touch, controls

  key(event) {
    if (event.key === "Tab") return this.reveal(); // so that the focus can get there
    if (event.ctrlKey || event.metaKey || event.altKey || ["Shift", "CapsLock"].includes(event.key)) return;
    const target = event.composedPath()[0];
    if (this.setup?.key(event, target) || this.meeting?.key(event, target)) return handled(event);
    if (this.setup?.opened && event.key !== "F11") return; // the fields have the keys
    if (target.matches?.("input, textarea, select") && !turnsAnyway(event.key, target)) return;
    if (target.matches?.("button, a") && [" ", "Enter"].includes(event.key)) return;
    const turns = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
    if (event.key in turns) this.byHand(() => this.turn(turns[event.key]));
    else if (event.key === "Home") this.byHand(() => this.show(this.slides[0].key));
    else if (event.key === "End") this.byHand(() => this.show(this.slides.at(-1).key));
    else if (event.key === "f" || event.key === "F") this.full();
    else if (event.key === " ") this.data.mode === "loop" ? this.pause(!this.paused) : this.turn(1);
    else if (event.key === "Escape") this.reveal();
    else if (event.key.length === 1) this.pause(true);
    else return;
    handled(event);
  }

  byHand(work) {
    this.pause(true);
    work();
  }

  touch(event) {
    const { down } = this;
    this.down = null;
    if (!down || down.on || inside(event) || event.button > 0) return;
    const [x, y] = [event.clientX - down.x, event.clientY - down.y];
    this.reveal();
    if (Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(y)) this.byHand(() => this.turn(x < 0 ? 1 : -1));
    else if (Math.hypot(x, y) < 12) this.pause(!this.paused);
  }

  press(name) {
    if (name === "full") return this.full();
    if (name === "pause") return this.pause(!this.paused);
    this.byHand(() => this.turn(name === "next" ? 1 : -1));
    this.reveal();
  }

  full() {
    const asked = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.();
    asked?.catch(() => {});
  }

  // Streamlit's own dialog on a lost connection makes the page inert and takes the focus: we say it better.
  dismiss() {
    const close = document.querySelector('[data-testid="stDialog"] button[aria-label="Close"]');
    if (!close) return;
    const { target, at } = this.left ?? {};
    close.click();
    if (Date.now() - at < 1_000) setTimeout(() => target.focus({ preventScroll: true }), 100);
  }

  // Browsers tell of a pointer that lies still, too, when something moves under it.
  moved({ screenX, screenY }) {
    const { x, y } = this.pointer ?? { x: screenX, y: screenY };
    this.pointer = { x: screenX, y: screenY };
    if (Math.hypot(screenX - x, screenY - y) > 2) this.reveal();
  }

  reveal() {
    this.revealed = Date.now();
    this.label();
    if (this.part("stage").dataset.controls !== "yes") this.uncover(true);
  }

  conceal() {
    const controls = this.part("controls");
    const used = controls.matches(":hover") || controls.contains(controls.getRootNode().activeElement);
    if (this.part("stage").dataset.controls === "yes" && !used) this.uncover(false);
  }

  uncover(open) {
    this.part("stage").dataset.controls = open ? "yes" : "no";
    document.documentElement.style.cursor = open ? "" : "none";
  }

  // --- time

  tick() {
    const now = Date.now();
    const late = now - this.ticked;
    this.ticked = now;
    if (late > SLEPT || late < -1_000) this.wake();
    if (document.hidden) return;
    if (now - (this.revealed ?? 0) > SHOWN) this.conceal();
    if (this.paused && now - this.touched > GOES_ON) this.pause(false);
    if (this.data.mode === "loop" && !this.paused && now >= this.due) this.turn(1);
    if (this.held?.released !== false && now - (this.lockedAt ?? 0) > MINUTE) this.lock();
    this.meeting?.tick(now);
    this.vouch();
  }

  // The machine slept, the tab was hidden, the network is back: hear from the server at once.
  wake() {
    if (!this.running) return;
    this.grace = Date.now() + CATCHING_UP;
    this.lostSince = this.behindSince = this.shutSince = null;
    if (this.data.mode === "loop" && !this.paused && Date.now() >= this.due) this.wind();
    this.lock();
    this.control?.abort();
    this.beat();
  }

  async lock() {
    this.lockedAt = Date.now();
    if (!navigator.wakeLock || document.hidden || this.held?.released === false) return;
    try {
      this.held = await navigator.wakeLock.request("screen");
    } catch {
      // low battery, or not allowed: asked again in a minute
    }
  }

  // --- the server

  async listen(run) {
    while (this.running === run) {
      if (!document.hidden) await this.beat();
      await new Promise((done) => setTimeout(done, BEAT));
    }
  }

  async beat() {
    const run = this.running;
    const control = (this.control = new AbortController());
    const timer = setTimeout(() => control.abort(), PATIENCE);
    try {
      const headers = { "X-Tandem-Token": this.data.token };
      const answer = await fetch(`${this.data.route}/live`, { headers, cache: "no-store", credentials: "omit", signal: control.signal });
      if (answer.status === 403) this.shut();
      else if (answer.ok) {
        const told = await answer.json();
        if (this.running === run && run) this.hear(told);
      }
    } catch {
      // no answer is what `vouch` looks for
    } finally {
      clearTimeout(timer);
    }
    if (this.running) this.vouch();
  }

  hear(told) {
    this.told = told;
    this.heard = Date.now();
    this.shutSince = null;
    if (told.seen === this.data.seen || told.trouble || !connected()) return;
    if (told.seen === this.asked && Date.now() - this.askedAt < ASK_AGAIN) return;
    Object.assign(this, { asked: told.seen, askedAt: Date.now() });
    tell("changed", told.seen);
  }

  // The server answers, but not to this token: an hour is over, or it was started anew.
  shut() {
    this.shutSince ??= Date.now();
    if (Date.now() - this.renewedAt < 5_000 || !connected()) return;
    this.renewedAt = Date.now();
    tell("renewed", this.renewedAt);
  }

  // --- can this screen vouch for what it shows?

  vouch() {
    const now = Date.now();
    const silent = now - this.heard;
    this.lostSince = connected() || silent > SILENT ? null : (this.lostSince ?? now);
    const newer = this.told.seen !== this.data.seen && !this.told.trouble && silent <= SILENT;
    this.behindSince = newer ? (this.behindSince ?? now) : null;
    const alarm = this.alarm(now, silent);
    const stage = this.part("stage");
    if (stage.dataset.vouch !== alarm.kind) {
      stage.dataset.vouch = alarm.kind;
      document.documentElement.dataset.tandemVouch = alarm.kind;
    }
    write(this.part("alarm"), alarm.says);
    write(this.part("reason"), alarm.why);
    write(this.part("mark"), alarm.mark);
    write(this.part("age"), this.age(now, alarm.kind === "good"));
    const since = (moment, most) => moment !== null && now - moment > most;
    if (since(this.lostSince, LOST) || since(this.shutSince, LOST) || since(this.behindSince, STUCK)) this.reload();
  }

  alarm(now, silent) {
    const { told, data } = this;
    const read = this.agoOf(told.read_at, now);
    const changed = this.agoOf(told.changed_at, now);
    const of = told.read ? `These are the figures of ${told.read}.` : "";
    if (silent > SILENT && now > this.grace) return bad("cut", "✕ Not connected", "This screen is cut off from the server", `It has heard nothing since ${told.heard}. What you see is how it stood then.`);
    if (told.trouble) return bad("trouble", "▲ Not read", "The source can’t be read", `${of} ${told.trouble}`);
    if (data.staleMinutes && read > data.staleMinutes * MINUTE) return bad("stale", "▲ Old", "The data are older than agreed", `They were last read at ${told.read}. Agreed: at least every ${spell(data.staleMinutes * MINUTE)}.`);
    if (data.unchangedHours && changed > data.unchangedHours * 60 * MINUTE) return bad("unchanged", "▲ Old", "Nothing new for longer than agreed", `The source last changed at ${told.changed}. Agreed: at least every ${spell(data.unchangedHours * 60 * MINUTE)}.`);
    if (this.behindSince !== null && now - this.behindSince > BEHIND) return bad("behind", "▲ Behind", "This screen lags behind", "There are newer figures than these; they are on their way.");
    if (silent > SILENT) return { kind: "waking", mark: "◌ Catching up", says: "", why: "" };
    return { kind: "good", mark: "● Live", says: "", why: "" };
  }

  // By the server's clock, and ours only for the time since it spoke.
  agoOf(moment, now) {
    return moment === null ? 0 : Math.max(this.told.at - moment, 0) + (now - this.heard);
  }

  // Said so that nothing moves while all is well.
  age(now, fine) {
    const { told } = this;
    const ago = this.agoOf(told.read_at, now);
    const read = told.read === null ? "" : !fine ? `read ${told.read}` : ago < 2 * MINUTE ? "read just now" : `read ${spell(ago)} ago`;
    return [told.label, told.changed && `changed ${told.changed}`, read].filter(Boolean).join("  ·  ");
  }

  // Loads the page again, keeping the link: never onto an error page, and ever more seldom if it doesn't help.
  async reload() {
    const now = Date.now();
    const past = (recalled().reloads ?? []).filter((moment) => now - moment < 60 * MINUTE);
    const wait = Math.min(5_000 * 2 ** past.length, 5 * MINUTE);
    if (this.reloading || (past.length && now - past.at(-1) < wait)) return;
    this.reloading = true;
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), PATIENCE);
    try {
      const page = await fetch(location.href, { cache: "no-store", signal: control.signal });
      if (page.ok && (page.headers.get("content-type") ?? "").includes("html")) {
        recall({ reloads: [...past, now] });
        location.reload();
        return;
      }
    } catch {
      // it is tried again
    } finally {
      clearTimeout(timer);
    }
    this.reloading = false;
  }
}

const tell = (name, value) => document.dispatchEvent(new CustomEvent("tandem", { detail: [name, value] }));
const bad = (kind, mark, says, why) => ({ kind, mark, says, why });
const connected = () => (document.querySelector('[data-testid="stApp"]')?.dataset.testConnectionState ?? "CONNECTED") === "CONNECTED";
const inside = (event) => event.composedPath().some((node) => ["controls", "minutes", "decisions", "agreed", "setup", "welcome", "note", "notes"].includes(node.dataset?.part));

// A clicker turns though a field has the focus, and arrows do while nothing is typed in it.
const turnsAnyway = (key, field) => ["PageUp", "PageDown"].includes(key) || (["ArrowLeft", "ArrowRight"].includes(key) && field.matches("input:not([type])") && !field.value);

function handled(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
  if (element.hidden !== (text === "")) element.hidden = text === "";
}

function spell(ms) {
  const minutes = Math.floor(ms / MINUTE);
  const [n, unit] = minutes < 120 ? [minutes, "minute"] : minutes < 48 * 60 ? [Math.floor(minutes / 60), "hour"] : [Math.floor(minutes / 1440), "day"];
  return `${n} ${unit}${n === 1 ? "" : "s"}`;
}

// What this tab remembers over a reload.
function recalled() {
  try {
    return JSON.parse(sessionStorage.getItem(REMEMBERED)) ?? {};
  } catch {
    return {};
  }
}

function recall(more) {
  try {
    sessionStorage.setItem(REMEMBERED, JSON.stringify({ ...recalled(), ...more }));
  } catch {
    // storage is shut: the tab begins at the first slide again
  }
}
