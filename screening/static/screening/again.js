// A page that waits for something on the server says how far it is, and is loaded again once it is there. Nothing moves
// meanwhile, so that whoever reads it is not interrupted. Without this file the page offers a link, or loads itself.

const waiting = document.querySelector("[data-again]");

/** Ask for the same page, one answer after the other: its words while it still waits, the whole page, once, when not. */
async function ask() {
  try {
    const answer = await fetch(window.location.href, { headers: { "X-Requested-With": "fetch" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-again]");
    if (answer.redirected || (answer.ok && !fresh)) return window.location.reload(); // it may lead to sign-in
    if (fresh && !waiting.contains(document.activeElement)) waiting.innerHTML = fresh.innerHTML;
  } catch {
    // Offline: the next time tries again.
  }
  return later();
}

function later() {
  setTimeout(ask, Number(waiting.dataset.again) * 1000);
}

if (waiting) later();
