/* While a rule is typed: read back in plain English or its mistakes, and names to choose from.
   Boxes that Django adds later are covered too, because the page listens and not each box. */
"use strict";

(() => {
  const PAUSE = 400;
  const MOST = 8;
  const WORD = /[a-z][a-z0-9_]*$/;
  const BEHIND = /([a-z][a-z0-9_]*)\s+(?:is|may\s+be|includes)\s+(?:not\s+)?(?:(?:one|any|all|at\s+least\s+\d+)\s+of\s*\(\s*(?:[a-z0-9_]+\s*,\s*)*)?$/;
  const known = new Map();
  const timers = new WeakMap();
  let open = null;

  const box = (area) => area.closest(".rule-box");
  const isRule = (target) => target instanceof HTMLTextAreaElement && target.matches(".rule-box[data-read] textarea");

  const show = (area, { words, mistakes }) => {
    const reading = box(area).querySelector(".rule-reading");
    reading.replaceChildren();
    area.setAttribute("aria-invalid", String(mistakes.length > 0));
    for (const mistake of mistakes) {
      const [line, pointed, ...hints] = mistake.split("\n");
      const caret = pointed.indexOf("^");
      const shown = Object.assign(document.createElement("pre"), { className: "rule-mistake", tabIndex: 0 });
      shown.textContent = `${line}\n${" ".repeat(caret)}^`;
      const said = Object.assign(document.createElement("p"), { className: "rule-why" });
      said.textContent = [pointed.slice(caret + 1), ...hints].map((part) => part.trim()).join(" ");
      reading.append(shown, said);
      // A long rule is scrolled, not wrapped, so that the caret stays under its place.
      shown.scrollLeft = (shown.scrollWidth * caret) / Math.max(line.length, caret + 1) - 0.7 * shown.clientWidth;
    }
    if (words) reading.append(Object.assign(document.createElement("span"), { className: "rule-label", textContent: "In words:" }), ` ${words}`);
  };

  const read = async (area) => {
    const text = area.value;
    const token = area.form.elements.csrfmiddlewaretoken.value;
    const body = new URLSearchParams({ text, csrfmiddlewaretoken: token });
    if (box(area).hasAttribute("data-entry")) body.set("entry", "1");
    const response = await fetch(box(area).dataset.read, { method: "POST", body }).catch(() => null);
    if (response?.ok && !response.redirected && area.value === text) show(area, await response.json());
  };

  const namesFor = (area) => {
    const url = box(area).dataset.names;
    if (!known.has(url)) {
      const asked = fetch(url).then((response) => (response.ok && !response.redirected ? response.json() : { names: [], codes: {} }));
      known.set(url, asked.catch(() => ({ names: [], codes: {} })));
    }
    return known.get(url);
  };

  const matching = (words, typed) => {
    const begins = words.filter((word) => word.name.startsWith(typed) && word.name !== typed);
    const holds = words.filter((word) => !word.name.startsWith(typed) && (word.name.includes(typed) || word.words.toLowerCase().includes(typed)));
    return [...begins, ...holds].slice(0, MOST);
  };

  const close = () => {
    if (!open) return;
    open.list.remove();
    for (const name of ["aria-controls", "aria-activedescendant"]) open.area.removeAttribute(name);
    open = null;
  };

  const activate = (index) => {
    open.active = index;
    open.list.querySelectorAll("[role=option]").forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    open.area.setAttribute("aria-activedescendant", `${open.list.id}-${index}`);
    open.list.children[index].scrollIntoView({ block: "nearest" });
  };

  const choose = (index) => {
    const { area, words, start } = open;
    area.setRangeText(words[index].name, start, area.selectionStart, "end");
    close();
    area.focus();
    later(area);
  };

  const option = (word, id, index) => {
    const item = Object.assign(document.createElement("li"), { id, role: "option" });
    item.setAttribute("aria-selected", "false");
    item.append(Object.assign(document.createElement("code"), { textContent: word.name }), ` ${word.kind}: ${word.words}`);
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      choose(index);
    });
    return item;
  };

  const announce = (area, text) => {
    let said = box(area).querySelector(".rule-said");
    if (!said) {
      said = Object.assign(document.createElement("div"), { className: "rule-said visually-hidden" });
      said.setAttribute("role", "status");
      box(area).append(said);
    }
    said.textContent = text;
  };

  const offer = async (area, isAsked) => {
    const { names, codes } = await namesFor(area);
    if (document.activeElement !== area) return;
    const before = area.value.slice(0, area.selectionStart);
    const typed = before.match(WORD)?.[0] ?? "";
    const question = before.slice(0, before.length - typed.length).match(BEHIND)?.[1];
    const listed = codes[question] ?? names;
    close();
    if (!isAsked && !codes[question] && typed.length < 2) return;
    const words = matching(listed, typed);
    if (!words.length) return;
    const list = Object.assign(document.createElement("ul"), { id: `${area.id}_names`, className: "rule-names", role: "listbox" });
    list.setAttribute("aria-label", question in codes ? `Answers of ${question}` : "Names");
    list.append(...words.map((word, index) => option(word, `${list.id}-${index}`, index)));
    area.after(list);
    area.setAttribute("aria-controls", list.id);
    open = { area, list, words, start: before.length - typed.length, active: -1 };
    announce(area, `${words.length} ${words.length === 1 ? "name" : "names"}. Arrow down to choose.`);
  };

  const later = (area) => {
    clearTimeout(timers.get(area));
    timers.set(area, setTimeout(() => read(area), PAUSE));
  };

  document.addEventListener("focusin", ({ target }) => {
    if (isRule(target)) target.setAttribute("aria-autocomplete", "list");
  });

  document.addEventListener("input", ({ target }) => {
    if (!isRule(target)) return;
    later(target);
    offer(target, false);
  });

  document.addEventListener("focusout", ({ target }) => {
    if (open?.area === target) close();
  });

  document.addEventListener("keydown", (event) => {
    if (!isRule(event.target)) return;
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      offer(event.target, true);
      return;
    }
    if (!open) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) activate((open.active + step + open.words.length) % open.words.length);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" || event.key === "Tab") && open.active >= 0) choose(open.active);
    else return;
    event.preventDefault();
  });
})();
