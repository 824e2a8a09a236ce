// A ticket beside the list. Its pane is shown once it has something to show; Escape or its button closes it.

const pane = () => document.getElementById("peek");
let opener = null;

function close() {
  pane().hidden = true;
  document.querySelector("tr.is-peeked")?.classList.remove("is-peeked");
  opener?.closest("tr")?.querySelector(".row-target")?.focus();
  opener = null;
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.matches(".peek-link")) opener = detail.elt;
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== pane()) return;
  document.querySelector("tr.is-peeked")?.classList.remove("is-peeked");
  opener?.closest("tr")?.classList.add("is-peeked");
  pane().hidden = false;
  pane().focus();
});

document.addEventListener("click", ({ target }) => {
  if (target.closest(".peek-close")) close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || pane().hidden) return;
  event.preventDefault();
  close();
});
