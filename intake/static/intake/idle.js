// Warns before a page that lies unused is closed, and keeps it open at a touch of the button. The server closes it in any
// case; without this file the page says how long that takes.

const box = document.querySelector("[data-idle]");
const text = box.querySelector("[data-idle-text]");
const stay = box.querySelector("[data-idle-stay]");
const lock = box.querySelector("[data-idle-lock]");
const limit = Number(box.dataset.limit) * 1000;
const warning = Number(box.dataset.warning) * 1000;

let end = Date.now() + limit;
let isOver = false;

// Said again only when the number of minutes changes: a screen reader is not interrupted every second.
function say(words) {
  if (text.textContent !== words) text.textContent = words;
  stay.hidden = !words || isOver;
}

function restart() {
  if (isOver) return;
  end = Date.now() + limit;
  say("");
}

function warn(left) {
  const minutes = Math.ceil(left / 60000);
  say(minutes > 1 ? box.dataset.many.replace("{minutes}", minutes) : box.dataset.one);
}

// What could not be saved yet stays on the page, and the page says so. Otherwise nothing is left for others to read. A
// clinic's tablet goes to the next person: it locks in any case.
function close() {
  isOver = true;
  const state = document.querySelector("[data-save-state]")?.dataset.state;
  if (!lock && (state === "unsaved" || state === "saving")) return say(box.dataset.over);
  if (lock) lock.submit();
  else window.location.replace(box.dataset.next);
}

function look() {
  const left = end - Date.now();
  if (isOver) return;
  if (left <= 0) close();
  else if (left <= warning) warn(left);
}

stay.addEventListener("click", async () => {
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  const body = new URLSearchParams({ csrfmiddlewaretoken: token });
  try {
    const response = await fetch(box.dataset.stay, { method: "POST", body, redirect: "error" });
    if (response.ok) restart();
    else close();
  } catch {
    look();
  }
});

document.querySelector("form[data-autosave]")?.addEventListener("saved", restart);
document.addEventListener("visibilitychange", look);
setInterval(look, 1000);
