// One key an answer: presses the button that has the key (data-key), unless somebody types or uses a shortcut.

addEventListener("keydown", (event) => {
  if (document.body.dataset.singleKeys === "off") return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.matches("input, select, textarea, [contenteditable]")) return;
  const button = document.querySelector(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
