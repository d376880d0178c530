// The medicine list: suggestions while typing, rows that come and go in place, picking from groups. The server alone
// knows what a name means; this file shows what it says after each save. Without this file everything still works.

const question = document.querySelector("[data-medicines]");
const template = document.getElementById(`${question.id.replace(/-block$/, "")}-template`);
const form = question.closest("form");
const list = question.querySelector("[data-rows]");
const add = question.querySelector("[data-add]");
const none = question.querySelector("[data-exclusive]");
const status = question.querySelector("[data-status]");
const picks = [...question.querySelectorAll("[data-pick]")];
const words = template.dataset;
const MOST = 6;

const rows = () => [...list.querySelectorAll("[data-row]")];
const nameOf = (row) => row.querySelector("[data-name]");
const rowOf = (element) => element.closest("[data-row]");

function announce(text) {
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 50);
}

/** Let the page be saved soon: somebody chose something. */
function chosen(input) {
  input.dispatchEvent(new CustomEvent("change", { bubbles: true }));
}

// --- rows ---

function newRow(name = "") {
  const blank = rows().find((row) => !nameOf(row).value.trim());
  const row = blank || copyOfTemplate();
  if (!blank) list.append(row);
  nameOf(row).value = name;
  tidy();
  return row;
}

function copyOfTemplate() {
  const number = Math.max(-1, ...rows().map((row) => Number(row.dataset.row.split(".").pop()))) + 1;
  const holder = document.createElement("template");
  holder.innerHTML = template.innerHTML.replaceAll("__row__", number);
  const row = holder.content.firstElementChild;
  prepare(row);
  return row;
}

/** Numbers as people count, one empty row always left, and what cannot be done is not offered. */
function tidy() {
  const all = rows();
  all.forEach((row, place) => {
    for (const label of row.querySelectorAll("label, [data-remove]")) renumber(label, place + 1);
    row.querySelector("[data-remove]").hidden = all.length < 2 && !nameOf(row).value;
  });
  const isFull = all.length >= Number(question.dataset.maximum);
  add.hidden = isFull;
  const listed = new Set(all.map((row) => row.dataset.code).filter(Boolean));
  for (const pick of picks) {
    pick.checked = listed.has(pick.value);
    pick.disabled = isFull && !pick.checked;
  }
}

function renumber(label, number) {
  const texts = document.createTreeWalker(label, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    texts.currentNode.data = texts.currentNode.data.replace(/\b(\d+|__row__)\b/, number);
  }
}

function remove(row) {
  const next = row.nextElementSibling || row.previousElementSibling;
  row.remove();
  const target = next || newRow();
  tidy();
  nameOf(target).focus();
  announce(words.removed);
  chosen(nameOf(target));
}

function change(row, name) {
  nameOf(row).value = name;
  forget(row);
  tidy();
  chosen(nameOf(row));
}

// --- what the server says of a name ---

const told = new Map();

function forget(row) {
  delete row.dataset.code;
  row.querySelector("[data-said]").replaceChildren();
}

/** A dose that is asked for appears; one that was typed stays. */
function askDose(row, asked) {
  const dose = row.querySelector("[data-dose]");
  const isOpen = asked || Boolean(dose.querySelector("input").value);
  dose.hidden = !isOpen;
  dose.disabled = !isOpen;
}

function say(row) {
  const input = nameOf(row);
  const html = told.get(input.value.trim());
  if (html === undefined || row.dataset.told === input.value.trim()) return;
  const said = row.querySelector("[data-said]");
  said.innerHTML = html.replaceAll("__row__", row.dataset.row.split(".").pop());
  row.dataset.told = input.value.trim();
  const known = said.querySelector("[data-known]");
  if (known) row.dataset.code = known.dataset.known;
  else delete row.dataset.code;
  askDose(row, Boolean(said.querySelector("[data-asks-dose]")));
  announce(said.querySelector("p")?.textContent || "");
}

function sayAll() {
  // Nothing is asked about a name while it is still being typed.
  rows().filter((row) => nameOf(row) !== document.activeElement || isTaken(row)).forEach(say);
  tidy();
}

const isTaken = (row) => row.dataset.taken === nameOf(row).value;

form.addEventListener("saved", (event) => {
  for (const [name, html] of Object.entries(event.detail.said || {})) told.set(name, html);
  sayAll();
});

// --- suggestions ---

const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/['’]/g, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

const popup = document.createElement("ul");
popup.className = "suggestions";
popup.id = "suggestions";
popup.hidden = true;
popup.setAttribute("role", "listbox");
popup.setAttribute("aria-label", words.list);

let names = [];
let owner = null; // the input that the suggestions belong to
let active = -1;

async function load() {
  const medicines = await (await fetch(template.dataset.names)).json();
  names = medicines.flatMap((each) => each.map((name) => ({
    name, plain: plain(name), label: name === each[0] ? name : `${name} (${each[0]})`,
  })));
  if (document.activeElement?.matches("[data-name]")) suggest(document.activeElement);
}

/** How many letters differ between two words, at most `limit` + 1. */
function distance(one, other, limit) {
  let line = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      next[j] = Math.min(line[j] + 1, next[j - 1] + 1, line[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
    }
    if (Math.min(...next) > limit) return limit + 1;
    line = next;
  }
  return line[other.length];
}

function found(typed) {
  const start = plain(typed);
  if (start.length < 2) return [];
  const begins = names.filter((each) => each.plain.startsWith(start));
  const within = names.filter((each) => ` ${each.plain}`.includes(` ${start}`) && !begins.includes(each));
  const sure = [...begins, ...within];
  if (sure.length || start.length < 4) return sure.slice(0, MOST);
  const limit = start.length > 6 ? 2 : 1;
  return names.filter((each) => distance(start, each.plain.slice(0, start.length), limit) <= limit).slice(0, 4);
}

function suggest(input) {
  const offers = found(input.value);
  const isDone = offers.length === 1 && offers[0].name === input.value;
  if (!offers.length || isDone) return close();
  owner = input;
  active = -1;
  popup.replaceChildren(...offers.map(option));
  input.parentElement.append(popup);
  popup.hidden = false;
  input.setAttribute("aria-expanded", "true");
  input.setAttribute("aria-controls", popup.id);
  input.removeAttribute("aria-activedescendant");
  makeRoom(input);
  announce(words.some.replace("%n", offers.length));
}

/** On a phone the keyboard covers the lower half: the field goes up, so that its suggestions can be seen. */
function makeRoom(input) {
  const seen = window.visualViewport?.height ?? window.innerHeight;
  if (popup.getBoundingClientRect().bottom > seen) rowOf(input).scrollIntoView({ block: "start" });
}

function option(offer, place) {
  const item = document.createElement("li");
  item.id = `suggestion-${place}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.textContent = offer.label;
  item.dataset.name = offer.name;
  return item;
}

function close() {
  popup.hidden = true;
  active = -1;
  owner?.setAttribute("aria-expanded", "false");
  owner?.removeAttribute("aria-activedescendant");
  owner?.removeAttribute("aria-controls");
  owner = null;
}

function move(step) {
  const items = [...popup.children];
  active = (active + step + items.length + (active < 0 && step < 0 ? 1 : 0)) % items.length;
  items.forEach((item, place) => item.setAttribute("aria-selected", String(place === active)));
  owner.setAttribute("aria-activedescendant", items[active].id);
  items[active].scrollIntoView({ block: "nearest" });
}

function take(item) {
  const input = owner;
  const row = rowOf(input);
  close();
  row.dataset.taken = item.dataset.name;
  change(row, item.dataset.name);
  input.focus();
}

popup.addEventListener("mousedown", (event) => event.preventDefault()); // the cursor stays in the field
popup.addEventListener("click", (event) => {
  const item = event.target.closest("[role=option]");
  if (item) take(item);
});

function pressed(event) {
  const input = event.target;
  if (event.isComposing) return;
  if (!popup.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (!popup.hidden && event.key === "Escape") {
    event.preventDefault();
    close();
  } else if (event.key === "Enter" && !popup.hidden && active >= 0) {
    event.preventDefault();
    take(popup.children[active]);
  } else if (event.key === "Enter" && input.value.trim()) {
    event.preventDefault(); // one after the other: Enter goes to the next medicine; in an empty row it goes on
    close();
    if (!add.hidden) nameOf(newRow()).focus();
  }
}

function prepare(row) {
  const input = nameOf(row);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-haspopup", "listbox");
  input.addEventListener("keydown", pressed);
  input.addEventListener("input", () => {
    forget(row);
    delete row.dataset.told;
    tidy();
    suggest(input);
  });
  input.addEventListener("blur", () => setTimeout(() => {
    if (owner === input) close();
    sayAll();
  }, 0));
}

// --- buttons and boxes ---

question.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const row = button && rowOf(button);
  if (button === add) {
    event.preventDefault();
    const input = nameOf(newRow());
    input.focus();
    input.scrollIntoView({ block: "nearest" });
    announce(words.added);
  } else if (button?.matches("[data-remove]")) {
    event.preventDefault();
    remove(row);
  } else if (button?.matches("[data-take]")) {
    event.preventDefault();
    row.dataset.taken = button.dataset.take;
    change(row, button.dataset.take);
    nameOf(row).focus();
  } else if (button?.matches("[data-keep]")) {
    event.preventDefault();
    keep(row);
  }
});

function keep(row) {
  const input = nameOf(row);
  const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: `${row.dataset.row}.kept`, value: input.value.trim() });
  row.querySelector("[data-said]").replaceChildren(hidden);
  delete row.dataset.told;
  told.delete(input.value.trim());
  row.dataset.taken = input.value;
  input.focus();
  chosen(input);
}

for (const pick of picks) {
  pick.removeAttribute("name"); // the rows say it
  pick.addEventListener("change", () => {
    const row = rows().find((each) => each.dataset.code === pick.value);
    if (pick.checked && !row) {
      const added = newRow(pick.dataset.pick);
      added.dataset.code = pick.value;
      added.dataset.taken = pick.dataset.pick;
      if (none) none.checked = false;
      announce(words.added);
    } else if (!pick.checked && row) {
      if (rows().length > 1) row.remove();
      else change(row, "");
      announce(words.removed);
    }
    tidy();
  });
}

rows().forEach((row) => {
  prepare(row);
  row.dataset.told = nameOf(row).defaultValue.trim();
});
question.querySelector(".pick > .hint")?.remove();
tidy();
load().catch(() => {}); // no suggestions then; names are matched when the page is saved
