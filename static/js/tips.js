// What a pointer shows as a `title` (exact times, full names, reasons), for touch and the keyboard: a tap or the focus
// shows it beside its element, and `i` shows all of the row that has the focus.

const REACHED = "main :is(time, span, bdi, del, ins)[title], .topbar [title]";
const IN_ROWS_OR_CHARTS = "[data-row], table, svg, a, button, summary, label";

const tip = document.createElement("div");
tip.className = "tip";
tip.id = "tip";
tip.popover = "manual";
tip.role = "tooltip";
document.body.append(tip);
let shown = null;

function hide() {
  if (!shown) return;
  shown.removeAttribute("aria-describedby");
  shown = null;
  tip.hidePopover();
}

function show(element, texts) {
  hide();
  if (!texts.length) return;
  tip.replaceChildren(...texts.map((textContent) => Object.assign(document.createElement("p"), { textContent })));
  shown = element;
  element.setAttribute("aria-describedby", tip.id);
  tip.showPopover();
  const beside = element.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const left = Math.min(Math.max(beside.left, 8), innerWidth - size.width - 8);
  const isBelow = beside.bottom + 6 + size.height < innerHeight;
  tip.style.left = `${left}px`;
  tip.style.top = `${isBelow ? beside.bottom + 6 : Math.max(beside.top - size.height - 6, 8)}px`;
}

const titles = (element) =>
  [element, ...element.querySelectorAll("[title]")].filter((each) => each.title).map((each) => {
    const label = each === element ? "" : each.textContent.trim();
    return label && !each.title.includes(label) ? `${label}: ${each.title}` : each.title;
  });

/** Elements that nothing else lets a keyboard reach. Rows have `i`, and the cells of a table their headings. */
function reach() {
  for (const each of document.querySelectorAll(REACHED)) {
    if (!each.closest(IN_ROWS_OR_CHARTS)) each.tabIndex = 0;
  }
}

document.addEventListener("pointerup", (event) => {
  if (event.pointerType === "mouse") return;
  const element = event.target.closest("[title]");
  if (element && !element.closest("a, button, summary")) show(element, [element.title]);
  else hide();
});
document.addEventListener("focusin", (event) => {
  if (event.target === shown) return; // the tap that showed it has focused it, too
  if (event.target.matches("[title]:focus-visible") && !event.target.matches("input, select, textarea")) show(event.target, [event.target.title]);
  else hide();
});
document.addEventListener("focusout", hide);
addEventListener("scroll", hide, { passive: true, capture: true });
addEventListener("keydown", (event) => {
  if (event.key === "Escape") hide();
  if (event.key !== "i" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.body.dataset.singleKeys === "off" || event.target.matches("input, select, textarea, [contenteditable]")) return;
  const row = event.target.closest("[data-row]");
  if (row) show(event.target, titles(row));
});
document.addEventListener("htmx:afterSettle", reach);
reach();
