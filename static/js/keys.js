// Shortcuts of a single key. They do nothing while somebody types, with a modifier, or if the account has them turned off.

const SEQUENCE_MILLISECONDS = 1500;
const TYPED_IN = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";

let startedSequenceAt = -Infinity;

const isVisible = (element) => element.checkVisibility({ visibilityProperty: true });
const first = (selector) => [...document.querySelectorAll(selector)].find(isVisible);
const rows = () => [...document.querySelectorAll("main [data-row]")].filter(isVisible);
const present = () => document.activeElement?.closest("[data-row]");

/** What of a row takes the focus: its own link, so that Enter opens it and a screen reader says what it is. */
function targetOf(row) {
  const link = row.querySelector("a.row-target") ?? row.querySelector("a[href]");
  if (link || !row.dataset.href) return link ?? row.querySelector("button, summary");
  row.tabIndex = -1;
  return row;
}

function move(step) {
  const all = rows();
  const place = all.indexOf(present());
  const next = place < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(place + step, 0), all.length - 1);
  const target = all[next] && targetOf(all[next]);
  if (!target) return false;
  target.focus({ preventScroll: true, focusVisible: true });
  all[next].scrollIntoView({ block: "nearest" });
  return true;
}

function select() {
  const box = present()?.querySelector("input[type=checkbox]");
  box?.click();
  return Boolean(box);
}

/** Opens the correction on a ticket; in a list, selects the row and goes to the bar of corrections. */
function correct() {
  const details = first("details.correct");
  if (details) {
    details.open = true;
    details.querySelector("form :is(select, input:not([type=hidden]), button)")?.focus();
    return true;
  }
  const box = present()?.querySelector("input.select-row");
  if (box && !document.querySelector("input.select-row:checked")) box.click();
  const field = first(".select-bar select");
  field?.focus();
  return Boolean(field);
}

function follow(selector) {
  const link = first(selector);
  link?.click();
  return Boolean(link);
}

function go(key) {
  const link = document.querySelector(`.sidenav [data-go="${CSS.escape(key)}"]`);
  if (link) location.assign(link.href);
  return Boolean(link);
}

function search() {
  const field = first("#search");
  if (field) field.select();
  else return follow(".search-icon");
  return true;
}

/** Shows the row's ticket beside the list, where the screen is wide enough for that. */
function peek() {
  const link = present()?.querySelector("a.peek-link");
  if (!link || !isVisible(link)) return false;
  link.click();
  return true;
}

const ACTIONS = {
  "/": search,
  "?": () => document.dispatchEvent(new CustomEvent("open-dialog", { detail: "keys-help" })),
  j: () => move(1),
  k: () => move(-1),
  x: select,
  p: peek,
  c: correct,
  "[": () => follow("main a[rel~=prev]"),
  "]": () => follow("main a[rel~=next]"),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (document.body.dataset.singleKeys === "off" || event.target.matches(TYPED_IN)) return;
  if (event.target.closest("dialog[open]") || document.querySelector("dialog:modal, .menu:popover-open")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isSecond = performance.now() - startedSequenceAt < SEQUENCE_MILLISECONDS;
  startedSequenceAt = -Infinity;
  if (document.querySelector(`button[data-key="${CSS.escape(key)}"]`)) return; // an answer (answer_keys.js)
  if (isSecond && go(key)) {
    event.preventDefault();
  } else if (key === "g" && !event.repeat) {
    startedSequenceAt = performance.now();
  } else if (key === "Enter" && event.target.matches("[data-row][data-href]")) {
    location.assign(event.target.dataset.href);
  } else if (ACTIONS[key]?.()) {
    event.preventDefault();
  }
});

// Dialogs of the frame: a link or button opens one (data-opens), a key does, and so does a click outside end it.

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  for (const menu of document.querySelectorAll("[popover]:popover-open")) menu.hidePopover();
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("opened"));
}

document.addEventListener("open-dialog", (event) => openDialog(event.detail));
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    openDialog(opener.dataset.opens);
  } else if (event.target.matches("dialog:modal")) {
    event.target.close();
  }
});
for (const each of document.querySelectorAll("button[data-opens]")) each.hidden = false;
