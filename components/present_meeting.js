// The meeting on the stage: a clock an item, notes typed as they are made, the page of what was agreed. What is
// typed is kept in this browser's storage until it is saved; the server sees it only then.
const KINDS = { decision: "Decision", action: "Action", well: "Went well", wrong: "Went wrong" };
const GROUPS = { decision: "Decisions", action: "Actions", well: "What went well", wrong: "What went wrong" };
const UNANSWERED = 30_000; // ms an answer is waited for
const ONCE_MORE = 4_000; // ms after which it is sent again: what comes first to a server started anew is lost
const KEPT_EVERY = 5_000; // ms between two looks of the clocks into storage
const ANOTHER = 4 * 60 * MINUTE; // age from which an unsaved meeting may be another one
const OWN = ["decisions", "agreed"]; // items made here

class Meeting {
  constructor(stage) {
    this.stage = stage;
    this.part = stage.part;
    this.locale = stage.data.meeting.locale;
    this.name = `tandem-meeting ${location.pathname} ${stage.data.meeting.period}`;
    this.draft = this.recalled() ?? this.fresh();
    this.draft.sent = this.draft.sent.filter(({ ask }) => Date.now() - ask < UNANSWERED);
    this.editing = null;
    this.kept = 0;
    this.sentAt = 0;
    const on = (name, event, work) => this.part(name).addEventListener(event, work);
    on("form", "submit", (event) => this.add(event));
    new ResizeObserver(() => this.makeRoom()).observe(this.part("minutes"));
    on("form", "input", () => this.typing());
    on("kind", "change", () => this.label());
    on("topic", "change", () => (this.topic = this.part("topic").value));
    on("note", "click", () => this.open(true));
    on("close", "click", () => this.open(false));
    on("attendees", "input", () => this.change({ attendees: this.part("attendees").value }));
    on("save", "click", () => this.save());
    on("copy", "click", () => this.copy());
    on("download", "click", () => this.download());
    on("anew", "click", () => this.anew());
    on("others", "click", () => this.anew());
    on("ours", "click", () => this.welcome(false));
    window.addEventListener("storage", ({ key }) => key === this.name && this.elsewhere());
    document.addEventListener("tandem-tick", ({ detail }) => this.done(detail));
    const typed = this.draft.typing ?? {};
    this.topic = typed.topic ?? "";
    for (const name of ["kind", "text", "who", "due"]) if (typed[name]) this.part(name).value = typed[name];
    this.part("attendees").value = this.draft.attendees;
    this.welcome(this.draft.notes.length > 0 && Date.now() - this.draft.touched > ANOTHER);
    this.label();
    this.draw();
  }

  update({ meeting }) {
    const list = this.part("people");
    if (this.people !== String(meeting.people)) {
      this.people = String(meeting.people);
      list.replaceChildren(...meeting.people.map((name) => Object.assign(document.createElement("option"), { value: name })));
    }
    if (this.topics !== JSON.stringify(meeting.topics)) {
      this.topics = JSON.stringify(meeting.topics);
      this.choose(this.topic);
    }
    this.why = meeting.why;
    for (const told of [meeting.ticked, meeting.saved]) if (told) this.heard(told);
    this.drawEnd();
  }

  // --- the draft

  fresh() {
    const now = new Date();
    const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
    const sign = () => "23456789bcdfghjkmnpqrstvwxyz"[crypto.getRandomValues(new Uint8Array(1))[0] % 28];
    const meeting = `${day}-${Array.from({ length: 13 }, sign).join("")}`;
    return { meeting, begun: Date.now(), touched: Date.now(), attendees: "", notes: [], next: 1, clocks: {}, typing: null, sent: [] };
  }

  recalled() {
    try {
      const found = JSON.parse(localStorage.getItem(this.name));
      return Array.isArray(found?.notes) && typeof found.meeting === "string" ? { ...this.fresh(), ...found } : null;
    } catch {
      return null;
    }
  }

  change(more) {
    Object.assign(this.draft, more, { touched: Date.now() });
    this.keep();
  }

  keep() {
    this.kept = Date.now();
    try {
      localStorage.setItem(this.name, JSON.stringify(this.draft));
      this.unkept = false;
    } catch {
      this.unkept = true; // the page of what was agreed says so
    }
  }

  // Another tab of this browser holds the same meeting: what it noted stands here too.
  elsewhere() {
    const found = this.recalled();
    if (!found || found.meeting !== this.draft.meeting) return;
    const { typing, sent } = this.draft;
    this.draft = { ...found, typing, sent };
    this.draw();
  }

  anew() {
    try {
      localStorage.removeItem(this.name);
    } catch {
      // there was nothing to remove
    }
    this.draft = this.fresh();
    this.saved = this.failed = null;
    for (const name of ["text", "who", "due", "attendees"]) this.part(name).value = "";
    this.welcome(false);
    this.draw();
    this.stage.show(this.stage.slides[0].key);
  }

  welcome(ask) {
    const begun = new Date(this.draft.begun).toLocaleString(this.locale, { dateStyle: "medium", timeStyle: "short" });
    write(this.part("asked"), ask ? `There is a meeting of ${begun} that was never saved, with ${this.counted()}.` : "");
    this.part("welcome").hidden = !ask;
  }

  // --- notes

  open(open, focus = true) {
    this.opened = open;
    this.part("minutes").dataset.open = open || this.stage.current === "decisions" ? "yes" : "no";
    this.makeRoom();
    if (!open) this.editing = null;
    if (open && focus) this.part("text").focus();
    else if (!open) this.part("text").blur();
    this.label();
  }

  // The drawer covers nothing: the slide stands smaller above it.
  makeRoom() {
    const drawer = this.opened ? this.part("minutes").offsetHeight : 0;
    const free = this.part("minutes").offsetTop + this.part("minutes").offsetHeight;
    const { style } = document.documentElement;
    style.setProperty("--p-drawer", `${drawer}px`);
    style.setProperty("--p-scale", drawer ? 1 - drawer / free : 1);
  }

  typing() {
    const [kind, text, who, due] = ["kind", "text", "who", "due"].map((name) => this.part(name).value);
    this.change({ typing: { kind, text, who, due, topic: this.part("topic").value } });
  }

  // What a note is about: what the item is about at which it is typed, unless another is chosen.
  choose(topic) {
    this.topic = topic;
    const names = new Set(["", ...this.stage.data.meeting.topics.map(({ name }) => name), topic]);
    const options = [...names].map((name) => made("option", { value: name }, name || "Everything"));
    this.part("topic").replaceChildren(...options);
    this.part("topic").value = topic;
  }

  here() {
    return this.stage.slides.find(({ key }) => key === this.stage.current)?.topic ?? "";
  }

  label() {
    const kind = this.part("kind").value;
    const asks = { decision: "What is decided?", action: "What is to be done?", well: "What went well?", wrong: "What went wrong?" };
    this.part("text").placeholder = asks[kind];
    this.part("text").setAttribute("aria-label", asks[kind]);
    this.part("minutes").dataset.kind = kind;
    write(this.part("add"), this.editing ? "Change" : "Add");
  }

  add(event) {
    event.preventDefault();
    const [kind, text, who, due] = ["kind", "text", "who", "due"].map((name) => this.part(name).value.trim());
    if (!text) return;
    const number = this.editing ?? this.draft.next;
    const about = this.topic;
    const campaign = this.stage.data.meeting.topics.find(({ name }) => name === about)?.campaign ?? "";
    const note = { number, kind, text, about, campaign, ...(kind === "action" ? { who, due } : {}) };
    const notes = this.editing ? this.draft.notes.map((one) => (one.number === number ? note : one)) : [...this.draft.notes, note];
    for (const name of ["text", "who", "due"]) this.part(name).value = "";
    this.editing = null;
    this.saved = null;
    this.change({ notes, next: Math.max(this.draft.next, number + 1), typing: { kind, text: "", who: "", due: "", topic: "" } });
    this.choose(this.here());
    this.label();
    this.draw();
    this.part("made").querySelector(`[data-number="${number}"]`)?.scrollIntoView({ block: "nearest" });
    this.part("text").focus();
  }

  edit(number) {
    const note = this.draft.notes.find((one) => one.number === number);
    for (const name of ["kind", "text", "who", "due"]) this.part(name).value = note[name] ?? "";
    this.editing = number;
    this.choose(note.about ?? "");
    this.open(true);
  }

  remove(number) {
    this.change({ notes: this.draft.notes.filter((one) => one.number !== number) });
    this.draw();
  }

  counted() {
    const n = this.draft.notes.length;
    return `${n || "no"} note${n === 1 ? "" : "s"}`;
  }

  draw() {
    const { notes } = this.draft;
    write(this.part("note"), notes.length ? `Note (${notes.length})` : "Note");
    const lists = [this.part("made"), this.part("result")];
    lists.forEach((list, place) => list.replaceChildren(...this.groups(notes, place === 0)));
    this.part("made").dataset.empty = notes.length ? "no" : "yes";
    this.drawEnd();
    this.fit();
  }

  // Many notes stand closer.
  fit() {
    for (const list of [this.part("made"), this.part("result")]) {
      list.dataset.dense = "no";
      if (list.scrollHeight > list.clientHeight + 1) list.dataset.dense = "yes";
    }
  }

  groups(notes, editable) {
    return Object.entries(GROUPS).flatMap(([kind, title]) => {
      const some = notes.filter((note) => note.kind === kind);
      if (!some.length) return [];
      const items = some.map((note) => this.line(note, editable));
      return [made("section", { className: "group" }, made("h2", {}, title), made("ol", {}, ...items))];
    });
  }

  line(note, editable) {
    const day = note.due ? new Date(`${note.due}T12:00`).toLocaleDateString(this.locale, { dateStyle: "medium" }) : "";
    const owed = [note.who, day && `by ${day}`].filter(Boolean).join(", ");
    const nobody = note.kind === "action" && !note.who ? made("span", { className: "nobody" }, "▲ nobody named") : null;
    const edits = editable
      ? made("span", { className: "edits" }, this.button("Edit", note, () => this.edit(note.number)), this.button("Remove", note, () => this.remove(note.number)))
      : null;
    const topic = note.about ? made("span", { className: "topic" }, `${note.about}: `) : null;
    const line = made("li", {}, made("span", { className: "said" }, topic, note.text), owed ? made("span", { className: "owed" }, owed) : null, nobody, edits);
    line.dataset.number = note.number;
    return line;
  }

  button(word, note, work) {
    const button = made("button", { type: "button", ariaLabel: `${word}: ${note.text}` }, word);
    button.addEventListener("click", work);
    return button;
  }

  // --- the end

  drawEnd() {
    const { notes } = this.draft;
    const can = this.why === null;
    write(this.part("headline"), notes.length ? `${this.counted()} on ${this.stage.data.meeting.about}` : "Nothing was noted yet");
    this.part("save").hidden = !can || Boolean(this.saved);
    const asking = this.draft.sent.some(({ name }) => name === "save");
    this.part("save").disabled = !notes.length || asking;
    for (const name of ["copy", "download"]) this.part(name).disabled = !notes.length;
    const kept = this.unkept ? "This browser keeps nothing: copy the text before you leave." : "";
    const state = this.saved ?? this.failed ?? (asking ? "Saving …" : can ? "" : this.why);
    write(this.part("outcome"), [state, kept].filter(Boolean).join(" "));
    this.part("outcome").dataset.tone = this.saved ? "good" : this.failed || this.unkept ? "bad" : "muted";
    write(this.part("anew"), this.saved ? "Begin another meeting" : "Begin anew");
    this.part("anew").hidden = !notes.length;
  }

  save() {
    const { meeting, attendees, notes } = this.draft;
    this.failed = null;
    this.send("save", { meeting, attendees, notes });
    this.drawEnd();
  }

  answered({ done, said }) {
    if (done) {
      this.saved = said;
      this.failed = null;
      try {
        localStorage.removeItem(this.name);
      } catch {
        // nothing is kept
      }
    } else this.failed = `${said} What was typed is kept.`;
    this.drawEnd();
  }

  // An action of last time is ticked as done: written at once, by the one door, and taken back by it for a while.
  done({ key, what }) {
    this.send("done", { key, what });
  }

  // --- what the server is asked to write. It is sent until it is answered, over a reload too; sent twice it is
  // one write, since the server knows the meeting and sees an action that is done.

  send(name, what) {
    const ask = Math.max(Date.now(), ...this.draft.sent.map((one) => one.ask + 1));
    const sent = { name, ask, what };
    if (!connected()) return this.unanswered(sent, "This screen isn’t connected to the server now. Try again in a moment.");
    this.waitFor([...this.draft.sent, sent]);
    this.deliver(sent);
  }

  waitFor(sent) {
    this.draft.sent = sent;
    if (!this.saved) this.keep();
  }

  deliver({ name, ask, what }) {
    this.sentAt = Date.now();
    document.dispatchEvent(new CustomEvent(`tandem-${name}`, { detail: { ...what, ask } }));
  }

  heard({ ask, done, said }) {
    const sent = this.draft.sent.find((one) => one.ask === ask);
    if (!sent) return;
    this.waitFor(this.draft.sent.filter((one) => one !== sent));
    const { key, what, undo } = sent.what;
    if (sent.name === "save") this.answered({ done, said });
    else if (said || undo) this.stage.say(said || `Open again: ${what}`);
    else this.stage.say(`Done: ${what}`, "Undo", () => this.send("done", { key, what, undo: true }));
  }

  unanswered({ name, ask }, said) {
    this.waitFor(this.draft.sent.filter((one) => one.ask !== ask));
    if (name === "save") this.answered({ done: false, said });
    else this.stage.say(said);
  }

  ask(now) {
    const late = this.draft.sent.filter(({ ask }) => now - ask > UNANSWERED);
    for (const sent of late) this.unanswered(sent, "The server hasn’t answered. Try again: nothing is saved twice.");
    const next = this.draft.sent[0];
    if (next && connected() && now - this.sentAt > ONCE_MORE) this.deliver(next);
  }

  text() {
    const day = new Date(this.draft.begun).toLocaleDateString(this.locale, { dateStyle: "long" });
    const head = [`What was agreed on ${day}: ${this.stage.data.meeting.about}`, this.draft.attendees && `There: ${this.draft.attendees}`];
    const groups = Object.entries(GROUPS).flatMap(([kind, title]) => {
      const some = this.draft.notes.filter((note) => note.kind === kind);
      const lines = some.map(({ about, text, who, due }) => `- ${about ? `${about}: ` : ""}${text}${who ? ` (${who})` : ""}${due ? `, by ${due}` : ""}`);
      return some.length ? ["", title, ...lines] : [];
    });
    return [...head.filter(Boolean), ...groups, ""].join("\n");
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.text());
      this.say("copy", "Copied");
    } catch {
      this.download(); // only pages from HTTPS get the clipboard
    }
  }

  download() {
    const url = URL.createObjectURL(new Blob([this.text()], { type: "text/plain" }));
    made("a", { href: url, download: `meeting-${this.draft.meeting.slice(0, 8)}.txt` }).click();
    setTimeout(() => URL.revokeObjectURL(url), MINUTE);
  }

  say(name, word) {
    const before = this.part(name).textContent;
    write(this.part(name), word);
    setTimeout(() => write(this.part(name), before), 2_000);
  }

  // --- items and their clocks

  show(key) {
    this.part("stage").dataset.item = key;
    for (const own of OWN) this.part(own).hidden = own !== key;
    const typed = this.part("text").value !== "";
    if (!typed && !this.editing) this.choose(this.here());
    this.open(typed, false); // what is half typed stays in sight
    this.fit();
    this.clock();
    if (key === "decisions") this.part("text").focus({ preventScroll: true });
  }

  tick(now) {
    const { clocks } = this.draft;
    const key = this.stage.current;
    const step = Math.min(now - (this.ticked ?? now), 2_000); // a sleep isn't talked through
    this.ticked = now;
    if (!this.saved) {
      clocks[key] = (clocks[key] ?? 0) + step;
      if (now - this.kept > KEPT_EVERY) this.keep();
    }
    this.ask(now);
    this.clock();
  }

  clock() {
    const slide = this.stage.slides.find(({ key }) => key === this.stage.current);
    const spent = this.draft.clocks[this.stage.current] ?? 0;
    const planned = (slide?.minutes ?? 0) * MINUTE;
    const over = planned && spent > planned;
    if (this.stage.current === "agreed") {
      const all = Object.values(this.draft.clocks).reduce((sum, ms) => sum + ms, 0);
      this.part("clock").dataset.over = "no";
      return write(this.part("clock"), `${Math.round(all / MINUTE)} min together`);
    }
    const said = over ? `${spelled(spent - planned)} over ${slide.minutes} min` : planned ? `${spelled(spent)} of ${slide.minutes} min` : spelled(spent);
    write(this.part("clock"), said);
    this.part("clock").dataset.over = over ? "yes" : "no";
  }

  // Whether a key was meant for the meeting.
  key(event, target) {
    const typing = target.matches?.("input, textarea, select");
    if (event.key === "Escape" && (this.opened || typing)) {
      this.open(false);
      target.blur?.();
      return true;
    }
    if (typing || !["n", "N"].includes(event.key)) return false;
    this.open(true);
    return true;
  }
}

const two = (n) => String(n).padStart(2, "0");
const spelled = (ms) => `${Math.floor(ms / MINUTE)}:${two(Math.floor((ms % MINUTE) / 1_000))}`;

function made(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter((child) => child !== null));
  return element;
}
