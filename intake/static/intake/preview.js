// The panel beside a previewed page follows every answer. Without this file the buttons of the page do the same.

const form = document.getElementById("answers");
const panel = document.getElementById("panel");
let waiting = 0;
let asked = 0;

/** What the rules say of the page as it is now: the same answer as the button "See what the rules say", drawn beside. */
async function follow() {
  const number = ++asked;
  const body = new URLSearchParams(new FormData(form));
  body.set("look", "yes");
  try {
    const answer = await fetch(window.location.href, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("panel");
    if (answer.ok && fresh && number === asked) panel.innerHTML = fresh.innerHTML;
  } catch {
    // Offline: the panel stays as it is, and the next answer tries again.
  }
}

form.addEventListener("change", () => {
  clearTimeout(waiting);
  waiting = setTimeout(follow, 300);
});
