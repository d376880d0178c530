/* The outline with JavaScript: the same buttons without loading the page anew, Alt and arrow keys, and dragging.
   The server decides and answers with the whole page; what it said is announced, and the focus stays where it was. */
"use strict";

(() => {
  const form = document.getElementById("outline");
  const said = document.getElementById("outline-said");
  let dragged = null;
  let busy = false;

  const entryOf = (element) => element.closest(".outline-question, .outline-section");

  const begin = () => {
    document.documentElement.classList.add("scripted");
    for (const handle of form.querySelectorAll(".outline-question > .outline-tools > .outline-handle")) {
      handle.hidden = false;
      handle.setAttribute("aria-hidden", "true");
    }
  };

  const send = async (fields, focused) => {
    if (busy) return;
    busy = true;
    const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    try {
      const response = await fetch(form.action || location.pathname, { method: "POST", body });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const outline = page.getElementById("outline");
      if (!response.ok || !outline) throw new Error(response.status);
      form.replaceChildren(...outline.childNodes);
      begin();
      const messages = page.querySelectorAll(".messagelist li");
      said.textContent = Array.from(messages, (message) => message.textContent.trim()).join(" ");
      form.querySelector(focused)?.focus();
    } catch {
      location.reload();
    } finally {
      busy = false;
    }
  };

  const press = (button) => send({ [button.name]: button.value }, `button[value="${CSS.escape(button.value)}"]`);

  form.addEventListener("submit", (event) => {
    if (!event.submitter?.name) return;
    event.preventDefault();
    press(event.submitter);
  });

  form.addEventListener("keydown", (event) => {
    const direction = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    if (!event.altKey || !direction) return;
    event.preventDefault();
    press(form.querySelector(`button[value="${entryOf(event.target).id} ${direction}"]`));
  });

  form.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".outline-handle") ? entryOf(event.target) : null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.id);
    event.dataTransfer.setDragImage(dragged, 0, 0);
  });

  const mark = (target) => {
    for (const marked of form.querySelectorAll(".outline-target")) marked.classList.remove("outline-target");
    target?.classList.add("outline-target");
  };

  form.addEventListener("dragover", (event) => {
    const target = dragged && entryOf(event.target);
    if (!target || target === dragged) return;
    event.preventDefault();
    mark(target);
  });

  form.addEventListener("dragend", () => {
    mark(null);
    dragged = null;
  });

  form.addEventListener("drop", (event) => {
    const target = dragged && entryOf(event.target);
    if (!target || target === dragged) return;
    event.preventDefault();
    const id = dragged.id;
    const onto = target.id.startsWith("section-") ? { move: `${id} last`, section: target.id } : { move: `${id} before`, before: target.id };
    send(onto, `button[value="${id} down"]`);
  });

  begin();
})();
