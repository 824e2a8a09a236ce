// Menus above a list (details): closed by Escape or a click elsewhere, and kept open while what is in them changes.

const open = () => document.querySelector("details.list-menu[open]");

document.addEventListener("keydown", (event) => {
  const menu = open();
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
  event.preventDefault();
});

document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll("details.list-menu[open]")) {
    if (!menu.contains(target) && target.isConnected) menu.open = false;
  }
});

// A period by name and dates exclude each other: what was chosen last counts.
document.addEventListener("change", ({ target }) => {
  const form = target.form;
  const period = form?.elements.period;
  if (!period || !target.value) return;
  const dates = period.dataset.insteadOf.split(" ").map((name) => form.elements[name]);
  if (target === period) for (const date of dates) date.value = "";
  else if (dates.includes(target)) period.value = "";
}, true);

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.closest?.("#filter-menu[open]") && detail.elt.closest("fieldset, form")) detail.parameters.filters = "all";
});
