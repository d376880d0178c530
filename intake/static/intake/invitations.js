// Small helps for the pages about invitations. Without this file everything still works.

// What went wrong is announced and focused first.
document.querySelector("[data-focus]")?.focus();

// Copying a link: it is in a field, so that it can also be marked and copied by hand.
const copied = document.querySelector("[data-copied]");
for (const button of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
      copied.textContent = "Copied.";
    } catch {
      field.select();
      copied.textContent = "Press Ctrl and C to copy.";
    }
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
