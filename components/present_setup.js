// Setting a screen up: what is chosen makes the link that starts it, to copy or to follow.
const SET_HERE = ["mode", "pages", "seconds", "theme", "period", "start", "setup"]; // what a link says about these is chosen anew

class Setup {
  constructor(stage) {
    this.stage = stage;
    this.part = stage.part;
    const { pages, period } = stage.data.setup;
    this.part("s-pages").replaceChildren(...pages.map(({ key, name }) => this.box(key, name)));
    this.part("s-period").replaceChildren(...this.periods(period));
    this.fill();
    const on = (name, event, work) => this.part(name).addEventListener(event, work);
    on("setup", "input", () => this.draw());
    on("setup", "submit", (event) => this.start(event));
    on("set", "click", () => this.open(true));
    on("s-close", "click", () => this.open(false));
    on("s-copy", "click", () => this.copy());
    if (new URLSearchParams(location.search).has("setup")) this.open(true);
  }

  box(key, name) {
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: key });
    const label = document.createElement("label");
    label.append(box, name);
    return label;
  }

  periods({ text, label }) {
    const option = (value, name) => Object.assign(document.createElement("option"), { value, textContent: name });
    return [option("", "The running one, whichever that is"), option(text, `${label}, for good`)];
  }

  get boxes() {
    return [...this.part("s-pages").querySelectorAll("input")];
  }

  // As this screen is now.
  fill() {
    const { mode, seconds, setup } = this.stage.data;
    this.part(`s-${mode}`).checked = true;
    for (const box of this.boxes) box.checked = setup.chosen.includes(box.value);
    this.part("s-seconds").value = seconds;
    this.part("s-theme").value = setup.theme;
    this.part("s-period").value = new URLSearchParams(location.search).get("period") === setup.period.text ? setup.period.text : "";
  }

  open(open) {
    this.opened = open;
    this.part("setup").hidden = !open;
    this.stage.pause(open);
    if (open) this.draw();
    else this.forget();
    if (open) this.part("s-start").focus({ preventScroll: true });
  }

  // A screen that loads itself again goes on without this page.
  forget() {
    const asked = new URLSearchParams(location.search);
    if (!asked.has("setup")) return;
    asked.delete("setup");
    history.replaceState(history.state, "", `${location.pathname}?${written(asked)}`);
    recall({ link: location.search });
  }

  draw() {
    const loop = this.part("s-loop").checked;
    for (const box of [...this.boxes, this.part("s-seconds")]) box.disabled = !loop;
    write(this.part("s-link"), this.link());
    this.part("s-start").disabled = loop && !this.boxes.some((box) => box.checked);
  }

  asked() {
    const asked = new URLSearchParams(location.search);
    for (const name of SET_HERE) asked.delete(name);
    const loop = this.part("s-loop").checked;
    const pages = this.boxes.filter((box) => box.checked).map((box) => box.value);
    const said = {
      mode: loop ? "loop" : "meeting",
      pages: loop && pages.length < this.boxes.length ? pages.join(",") : "",
      seconds: loop ? this.part("s-seconds").value : "",
      theme: this.part("s-theme").value,
      period: this.part("s-period").value,
    };
    for (const [name, value] of Object.entries(said)) if (value) asked.set(name, value);
    return asked;
  }

  link() {
    return `${location.origin}${location.pathname}?${written(this.asked())}`;
  }

  // What is on the screen already goes on, over the whole of it; anything else is a link to follow.
  start(event) {
    event.preventDefault();
    const { mode, seconds, setup } = this.stage.data;
    const now = { mode, theme: setup.theme, ...(mode === "loop" ? { seconds: String(seconds) } : {}) };
    const pages = this.boxes.filter((box) => box.checked).map((box) => box.value);
    const asked = this.asked();
    const period = new URLSearchParams(location.search).get("period") ?? "";
    const same = Object.entries(now).every(([name, value]) => asked.get(name) === value);
    if (!same || (mode === "loop" && String(pages) !== String(setup.chosen)) || (asked.get("period") ?? "") !== period) return location.assign(this.link());
    this.open(false);
    if (!document.fullscreenElement) this.stage.full();
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.link());
      write(this.part("s-copy"), "Copied");
      setTimeout(() => write(this.part("s-copy"), "Copy the link"), 2_000);
    } catch {
      getSelection().selectAllChildren(this.part("s-link")); // only pages from HTTPS get the clipboard
    }
  }

  // Whether a key was meant for this.
  key(event, target) {
    if (!this.opened && ["s", "S"].includes(event.key) && !target.matches?.("input, textarea, select")) {
      this.open(true);
      return true;
    }
    if (!this.opened || event.key !== "Escape") return false;
    this.open(false);
    return true;
  }
}

const written = (asked) => String(asked).replaceAll("%2C", ",");
