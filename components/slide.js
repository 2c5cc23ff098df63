// Puts a slide's markup on the screen by difference: only what differs is touched.
const TAGS = new Set(["H1", "H2", "P", "DIV", "SPAN", "B", "I", "UL", "LI", "BUTTON"]);
const ATTRIBUTES = new Set(["class", "style", "data-key", "data-done", "aria-hidden", "aria-label"]);
const GLOW = 1_500; // ms that a new figure is marked
const SURE = 5_000; // ms in which a tick is asked for again

export default function ({ data, parentElement }) {
  const slide = parentElement.querySelector('[data-part="slide"]');
  const state = (parentElement.tandem ??= { changed: new Set(), drawn: false });
  const note = (element) => state.drawn && state.changed.add(element);

  // Parsed as a document of its own, in which nothing runs and nothing is fetched.
  const wanted = new DOMParser().parseFromString(data.html, "text/html").body;
  become(slide, wanted, note);
  state.drawn = true;
  slide.onclick = ({ target }) => tick(target.closest("[data-done]"));

  const glow = () => {
    const scrolls = slide.scrollHeight > slide.clientHeight + 1; // on a phone: by keys, too
    if (scrolls !== slide.hasAttribute("tabindex")) scrolls ? slide.setAttribute("tabindex", "0") : slide.removeAttribute("tabindex");
    if (document.documentElement.dataset.tandemSlide !== data.key) return; // it waits until it is looked at
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (const element of still ? [] : state.changed) {
      if (element.isConnected) element.animate([{ backgroundColor: "var(--glow)" }, { backgroundColor: "transparent" }], { duration: GLOW, easing: "ease-in" });
    }
    state.changed.clear();
  };
  document.removeEventListener("tandem-slide", state.glow);
  document.addEventListener("tandem-slide", (state.glow = glow));
  glow();
  return () => document.removeEventListener("tandem-slide", glow);
}

// What is ticked can't be taken back, so it takes a second tap.
function tick(button) {
  if (!button || button.ariaBusy === "true") return;
  const what = button.ariaLabel.slice(button.ariaLabel.indexOf(":"));
  const word = (text) => {
    button.firstChild.data = text;
    button.ariaLabel = `${text}${what}`;
    button.toggleAttribute("data-asked", text !== "Done");
  };
  const sure = button.firstChild.data === "Really done?";
  word(sure ? "…" : "Really done?");
  button.ariaBusy = String(sure);
  clearTimeout(button.tandem);
  button.tandem = setTimeout(() => button.isConnected && (word("Done"), (button.ariaBusy = "false")), sure ? 3 * SURE : SURE);
  if (sure) document.dispatchEvent(new CustomEvent("tandem-tick", { detail: { key: button.dataset.done, what: what.slice(2) } }));
}

function become(element, wanted, note) {
  for (const { name } of [...element.attributes]) {
    if (ATTRIBUTES.has(name) && element.dataset.part === undefined && !wanted.hasAttribute(name)) element.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (ATTRIBUTES.has(name) && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  inOrder(element, wanted);
  const children = [...wanted.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE || TAGS.has(node.nodeName));
  children.forEach((child, place) => {
    const there = element.childNodes[place];
    if (there?.nodeName !== child.nodeName) element.insertBefore(made(child, note), there ?? null);
    else if (child.nodeType === Node.ELEMENT_NODE) become(there, child, note);
    else if (there.data !== child.data) {
      there.data = child.data;
      note(element);
    }
  });
  while (element.childNodes.length > children.length) element.lastChild.remove();
}

function made(node, note) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  const element = document.createElement(node.nodeName);
  become(element, node, () => {});
  note(element);
  return element;
}

// Lines that moved to another place move as they are, so that their figures don't count as changed.
function inOrder(element, wanted) {
  const keys = [...wanted.children].map((child) => child.dataset.key);
  if (!keys.length || keys.includes(undefined) || new Set(keys).size !== keys.length) return;
  const there = new Map([...element.children].map((child) => [child.dataset.key, child]));
  if (there.size !== element.children.length) return;
  for (const [key, child] of there) if (!keys.includes(key)) child.remove();
  let before = element.firstElementChild;
  for (const key of keys.filter((known) => there.has(known))) {
    const child = there.get(key);
    if (child === before) before = before.nextElementSibling;
    else element.insertBefore(child, before);
  }
}
