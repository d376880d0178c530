// Small helps for every patient page. Without this file everything still works.

// What went wrong is announced and focused first.
document.querySelector("[data-focus]")?.focus();

// A link in the error summary opens what hides its input and puts the cursor there.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target || !link.closest(".error-summary")) return;
  event.preventDefault();
  target.closest("details")?.setAttribute("open", "");
  target.focus({ preventScroll: true });
  (target.closest("[data-question]") || target).scrollIntoView({ block: "start" });
});

// Leaving quickly: the answers on this device are closed, and the Back button does not lead here again.
document.addEventListener("click", (event) => {
  const exit = event.target.closest?.("[data-quick-exit]");
  if (!exit) return;
  event.preventDefault();
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  if (exit.dataset.leave && token) {
    fetch(exit.dataset.leave, { method: "POST", keepalive: true, body: new URLSearchParams({ csrfmiddlewaretoken: token }) });
  }
  window.location.replace(exit.href);
});

// Starting shows the code once: a second press would open a page without it.
document.querySelector("form[data-once]")?.addEventListener("submit", (event) => {
  if (event.target.dataset.isSent) event.preventDefault();
  event.target.dataset.isSent = "yes";
});

const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}

// A page that the browser kept in memory may be out of date, or another person's.
window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
