// Remembers, in this tab alone, which page was asked for before signing in, and takes the viewer back to it.
const KEPT = 15 * 60 * 1000; // ms
const ASKED = "tandem_asked";
const TRIED = "tandem_tried";
const FAILED = "That didn't sign you in. Try once more; if it goes on, tell whoever runs Tandem.";

function remember({ data, parentElement }) {
  const bare = location.pathname.replace(/\/+$/, "") === data.base && location.search === "";
  if (!bare) sessionStorage.setItem(ASKED, JSON.stringify({ at: Date.now(), url: location.pathname + location.search }));
  if (parentElement.tandem === undefined) {
    parentElement.tandem = true;
    const failed = Date.now() - Number(sessionStorage.getItem(TRIED) ?? 0) < KEPT;
    const said = parentElement.querySelector('[data-part="failed"]');
    said.hidden = !failed;
    said.textContent = failed ? FAILED : "";
    sessionStorage.removeItem(TRIED);
  }
  const tried = ({ target }) => {
    if (target.closest?.(".st-key-sign_in_buttons button")) sessionStorage.setItem(TRIED, String(Date.now()));
  };
  document.addEventListener("click", tried, { capture: true });
  return () => document.removeEventListener("click", tried, { capture: true });
}

function takeBack({ setTriggerValue }) {
  const kept = sessionStorage.getItem(ASKED);
  sessionStorage.removeItem(ASKED);
  sessionStorage.removeItem(TRIED);
  const asked = kept === null ? null : JSON.parse(kept);
  const ours = asked !== null && new URL(asked.url, location.origin).origin === location.origin;
  if (!ours || Date.now() - asked.at > KEPT || asked.url === location.pathname + location.search) {
    setTriggerValue("stays", true);
    return;
  }
  history.replaceState({}, "", asked.url); // the way the menu goes: within the session, no page is loaded anew
  dispatchEvent(new PopStateEvent("popstate"));
}

export default function (component) {
  return component.data.asked ? remember(component) : takeBack(component);
}
