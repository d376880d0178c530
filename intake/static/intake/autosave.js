// Saves after every pause, through the same address as the button. It says "Saved" only for what the server has stored.

const form = document.querySelector("form[data-autosave]");
const state = form.querySelector("[data-save-state]");
const helps = [...form.querySelectorAll("[data-help]")];
const PAUSE = 1200;
const PATIENCE = 4000;
const LONGEST_WAIT = 30000;
const OUTLIVES = 60000; // bytes that a browser still sends for a page that is gone: 64 KB with the headers

let body = null; // what is waiting to be stored; null when everything is
let latest = null; // the question touched last
let timer = 0;
let wait = 2000;
let isSending = false;
let isOver = false; // nothing more can be saved from this page
let isLeaving = false; // the button was pressed, and the next page is on its way

function say(name, text) {
  state.dataset.state = name;
  state.textContent = text;
}

function field(name) {
  return form.elements.namedItem(name);
}

/** The page as it is now, under a number of its own, so that an older save never replaces a newer one. */
function compose() {
  const data = new URLSearchParams(new FormData(form));
  data.set("autosave", "1");
  advance();
  return data;
}

function advance() {
  const sequence = field("client_sequence");
  sequence.value = Number(sequence.value) + 1;
}

function later(delay, task) {
  clearTimeout(timer);
  timer = setTimeout(task, delay);
}

async function send() {
  if (isSending || isOver || isLeaving) return;
  body = compose();
  await attempt(body);
}

async function attempt(data, keepalive = false) {
  isSending = true;
  say("saving", state.dataset.saving);
  const stop = new AbortController();
  const patience = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const response = await fetch(form.dataset.autosave, {
      method: "POST", body: data, signal: stop.signal, headers: { Accept: "application/json" }, redirect: "error",
      keepalive,
    });
    if (response.status === 403) return finish(state.dataset.ended);
    const answer = await response.json();
    if (response.status === 409) {
      offerHelp(answer.help);
      return finish(answer.message);
    }
    if (!response.ok || !Number.isInteger(answer.revision)) throw new Error("not acknowledged");
    stored(answer, data);
  } catch {
    unsaved(data);
  } finally {
    clearTimeout(patience);
    isSending = false;
  }
}

function stored(answer, data) {
  wait = 2000;
  field("base_revision").value = answer.revision;
  field("rendered").value = answer.rendered;
  form.dispatchEvent(new CustomEvent("saved", { detail: answer }));
  offerHelp(answer.help);
  if (body === data) {
    body = null;
    if (!isLeaving) say("saved", answer.waiting?.length ? state.dataset.partly : state.dataset.saved);
  } else if (body !== null) {
    later(PAUSE, send);
  }
}

// The same page is sent again under the same number: if it did arrive, nothing changes.
function unsaved(data) {
  if (isOver || isLeaving || body === null) return;
  say("unsaved", state.dataset.unsaved);
  later(wait, () => (body === data ? attempt(data) : send()));
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

function finish(message) {
  isOver = true;
  say("unsaved", message);
}

// Help appears under the question just answered, without moving the person's place on the page. `kind` is "emergency",
// "crisis", or "" when none is due.
function offerHelp(kind) {
  const help = helps.find((each) => each.dataset.help === kind) || (kind && helps[0]);
  if (!help || !help.hidden) return;
  const place = latest?.closest(".rows") || latest?.closest(".follow-up") || latest;
  place?.after(help);
  for (const each of helps) each.hidden = each !== help;
}

/** Whether the person changed an input before this file was there to hear of it, as on a slow line. */
function isChanged(input) {
  if (input.matches("select")) return [...input.options].some((option) => option.selected !== option.defaultSelected);
  if (input.matches("[type=radio], [type=checkbox]")) return input.checked !== input.defaultChecked;
  return input.value !== input.defaultValue;
}

function touched(event) {
  const question = event.target.closest("[data-question]");
  if (!question || isOver) return;
  if (isLeaving) stay();
  latest = question;
  body = undefined;
  if (!isSending) say("", "");
  const isChoice = event instanceof CustomEvent || event.target.matches("input[type=radio], input[type=checkbox], select");
  later(isChoice ? 250 : PAUSE, send);
}

function leave() {
  isLeaving = true;
  clearTimeout(timer);
  say("saving", state.dataset.saving);
}

/** The page may be gone in a moment: what is not stored yet goes out at once, also beside an older save on its way. */
function sendLast() {
  if (document.visibilityState !== "hidden" || body === null || isOver || isLeaving) return;
  clearTimeout(timer);
  body ??= compose();
  attempt(body, String(body).length < OUTLIVES);
}

/** The next page did not come. What the button sent may still arrive: what is saved from here on is newer. */
function stay() {
  isLeaving = false;
  advance();
}

form.addEventListener("input", touched);
form.addEventListener("change", touched);
const changed = [...form.querySelectorAll("[data-question] :is(input, select, textarea)")].find(isChanged);
changed?.dispatchEvent(new Event("change", { bubbles: true }));
form.addEventListener("submit", leave);
window.addEventListener("online", () => body !== null && later(0, send));
document.addEventListener("visibilitychange", sendLast);
