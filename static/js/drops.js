// Menus that open below their button (details.drop) close on Esc, on a click elsewhere, and when the focus leaves them.
// When htmx has replaced one, the focus is on its button again.

const open = () => document.querySelectorAll("details.drop[open]");

function close(drop) {
  drop.open = false;
}

document.addEventListener("click", ({ target }) => {
  for (const drop of open()) if (!drop.contains(target)) close(drop);
});

document.addEventListener("focusin", ({ target }) => {
  for (const drop of open()) if (!drop.contains(target)) close(drop);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const drop of open()) {
    if (drop.contains(document.activeElement)) drop.querySelector("summary").focus();
    close(drop);
  }
});

let focused = "";

document.addEventListener("htmx:beforeSwap", () => {
  focused = document.activeElement?.closest("details.drop")?.querySelector("summary").id ?? "";
});

document.addEventListener("htmx:afterSettle", () => {
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
  focused = "";
});
