// Follow-ups appear and go in place. The server worked out which answers ask for them; this file only looks them up.
// A hidden follow-up is disabled, so that it is not sent.

const form = document.getElementById("answers");
const followUps = [...form.querySelectorAll("[data-follow-up]")];
const rules = new Map(followUps.map((block) => [block, JSON.parse(block.dataset.reveal || "{}")]));

function isOpen(element) {
  return !element.closest("[data-follow-up][hidden]");
}

/** The codes chosen for a question, now or ("defaultChecked") when the page came; none while it is hidden. */
function chosen(linkId, mark = "checked") {
  const inputs = [...form.querySelectorAll(`input[name="${linkId}"], input[name="${linkId}.state"]`)];
  return inputs.filter((input) => input.type !== "hidden" && input[mark] && isOpen(input)).map((input) => input.value);
}

/** The answers that a follow-up hangs on. */
function basis(rule, mark) {
  return JSON.stringify((rule.by || Object.keys(rule.any || {})).map((linkId) => chosen(linkId, mark)));
}

// What the server last said of each follow-up, and on which answers: it also counts questions that were left empty.
const told = new Map();

function remember(block, asked, mark) {
  told.set(block, { basis: basis(rules.get(block), mark), asked });
}

/** Whether a follow-up is asked for: true or false, or null when only the server can tell. */
function isAsked(block) {
  const rule = rules.get(block);
  if (told.get(block).basis === basis(rule)) return told.get(block).asked;
  if (rule.any) return Object.entries(rule.any).some(([linkId, codes]) => chosen(linkId).some((code) => codes.includes(code)));
  if (rule.by) {
    const row = rule.by.map((linkId) => chosen(linkId)[0] ?? "");
    return rule.when.some((codes) => codes.every((code, place) => code === row[place]));
  }
  return null;
}

function hasRule(block) {
  const rule = rules.get(block);
  return Boolean(rule.any || rule.by);
}

function show(block, asked) {
  block.hidden = !asked;
  block.disabled = !asked;
}

// In the order of the page: a follow-up of a hidden follow-up goes with it.
function update() {
  for (const block of followUps) {
    const asked = isAsked(block);
    if (asked !== null) show(block, asked);
  }
}

/** Only one of the boxes that exclude each other stays ticked. */
function keepApart(input) {
  const question = input.closest("[data-question]");
  if (!question || input.type === "radio") return;
  const boxes = [...question.querySelectorAll("input[type=checkbox]")].filter((box) => box !== input);
  const excludes = (box) => "exclusive" in box.dataset || "unknown" in box.dataset;
  if (input.type !== "checkbox") {
    boxes.filter((box) => input.value && excludes(box)).forEach((box) => { box.checked = false; });
  } else if (input.checked) {
    boxes.filter((box) => excludes(input) || excludes(box)).forEach((box) => { box.checked = false; });
  }
}

form.addEventListener("input", (event) => keepApart(event.target));
form.addEventListener("change", update);
form.addEventListener("saved", (event) => {
  const shown = new Set(event.detail.shown);
  for (const block of followUps) {
    const asked = isAsked(block);
    show(block, asked === null || !hasRule(block) ? shown.has(block.dataset.followUp) : asked);
    remember(block, !block.hidden);
  }
});
// The server spoke of the page as it came; on a slow line somebody may have answered since.
followUps.forEach((block) => remember(block, !block.hidden, "defaultChecked"));
