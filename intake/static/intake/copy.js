// Copies the text of a field to the clipboard. Without this script the text can be selected and copied by hand.
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const status = document.getElementById("copy-status");
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = button.dataset.done;
    } catch {
      status.textContent = "Press Ctrl+C (or ⌘C) to copy the selected text.";
    }
  });
}
