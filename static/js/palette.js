// The command palette (Ctrl K, or ⌘ K): pages, tenants and actions from the links of this page, tickets, customers and
// views from the server. What is found here is shown at once, what the server finds comes below it.

import { recent } from "./recent.js";

const WAIT_MILLISECONDS = 120;
const SHORTEST_FOR_SERVER = 2;
const MOST = { Recent: 5, Pages: 8, Tenants: 6, Actions: 6 };

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const list = dialog?.querySelector("[role=listbox]");
const note = dialog?.querySelector("[role=status]");
let request = null;
let timer = 0;
let answer = { query: "", groups: [] };
let wantsFirst = false;

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const textOf = (element) => element.textContent.trim().replace(/\s+/g, " ");

/** Everything that this page links to, as entries `{group, text, note, words, element}`. */
function ownEntries() {
  const found = [];
  const add = (group, element, detail = "") =>
    found.push({ group, text: detail ? textOf(element.firstElementChild) : textOf(element), note: detail, words: element.dataset.words ?? "", element });
  const linked = document.getElementById("palette-links").content;
  for (const each of document.querySelectorAll(".sidenav a")) add("Pages", each);
  for (const each of linked.querySelectorAll("[data-group=Pages]")) add("Pages", each);
  for (const each of document.querySelectorAll("#person-menu li > a")) add("Pages", each);
  for (const each of document.querySelectorAll("#tenant-menu li > a")) add("Tenants", each, textOf(each.lastElementChild));
  for (const each of linked.querySelectorAll("[data-group=Actions]")) add("Actions", each);
  const addresses = new Set();
  return found.filter(({ element: { href } }) => !href || (!addresses.has(href) && addresses.add(href)));
}

/** 0: the text begins so; 1: each word begins a word of it; 2: it contains each word; null: it does not fit. */
function fit(entry, query) {
  const name = plain(entry.text);
  if (name.startsWith(query)) return 0;
  const all = plain(`${entry.text} ${entry.words}`);
  const words = all.split(/[^\p{L}\p{N}]+/u);
  const wanted = query.split(/\s+/);
  if (wanted.every((each) => words.some((word) => word.startsWith(each)))) return 1;
  return query.length > 2 && wanted.every((each) => all.includes(each)) ? 2 : null;
}

/** Groups of entries that fit, the group with the best first. */
function ownGroups(query) {
  const groups = new Map();
  if (!query) {
    const visited = recent();
    if (visited.length) groups.set("Recent", visited.slice(0, MOST.Recent).map((each) => ({ entry: each, fit: 0 })));
  }
  for (const entry of ownEntries()) {
    const rank = query ? fit(entry, query) : 0;
    if (rank === null) continue;
    if (!groups.has(entry.group)) groups.set(entry.group, []);
    groups.get(entry.group).push({ entry, fit: rank });
  }
  const ranked = [...groups].map(([name, entries]) => {
    entries.sort((one, other) => one.fit - other.fit);
    return { name, best: entries[0].fit, entries: entries.slice(0, MOST[name]).map((each) => each.entry) };
  });
  return query ? ranked.sort((one, other) => one.best - other.best) : ranked;
}

function option(entry, number) {
  const made = document.createElement(entry.url || entry.element?.href ? "a" : "div");
  if (made.localName === "a") made.href = entry.url ?? entry.element.href;
  made.id = `palette-${number}`;
  made.role = "option";
  made.tabIndex = -1;
  made.append(Object.assign(document.createElement("span"), { textContent: entry.text }));
  if (entry.note) made.append(Object.assign(document.createElement("span"), { textContent: entry.note, className: "muted" }));
  made.entry = entry;
  return made;
}

function show() {
  const chosen = list.querySelector("[aria-selected=true]");
  const kept = chosen && !chosen.isFirst ? chosen.textContent : null;
  const query = plain(input.value.trim());
  const own = ownGroups(query);
  const found = answer.query === query ? answer.groups : [];
  const exact = found.filter((each) => each.is_exact);
  const groups = [...exact, ...own, ...found.filter((each) => !each.is_exact)];
  let number = 0;
  list.replaceChildren(
    ...groups.map((group, place) => {
      const made = document.createElement("div");
      made.role = "group";
      const title = Object.assign(document.createElement("div"), { id: `palette-group-${place}`, className: "palette-group", textContent: group.name });
      made.setAttribute("aria-labelledby", title.id);
      made.append(title, ...group.entries.map((entry) => option(entry, (number += 1))));
      return made;
    }),
  );
  const options = [...list.querySelectorAll("[role=option]")];
  if (options.length) options[0].isFirst = true;
  choose(options.find((each) => each.textContent === kept) ?? options[0]);
  const isWaiting = query.length >= SHORTEST_FOR_SERVER && answer.query !== query;
  note.textContent = isWaiting ? "Searching…" : options.length ? (answer.query === query && answer.note) || "" : query ? "Nothing found." : "";
  if (wantsFirst && !isWaiting) {
    wantsFirst = false;
    if (options[0]) perform(options[0]);
  }
}

function choose(option) {
  for (const each of list.querySelectorAll("[role=option]")) each.setAttribute("aria-selected", String(each === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

async function ask(query) {
  request?.abort();
  request = new AbortController();
  const { signal } = request;
  const parameters = new URLSearchParams({ q: input.value.trim(), from: dialog.dataset.tenant });
  let found = { groups: [], note: "The search failed. Try again." };
  try {
    const response = await fetch(`${dialog.dataset.finds}?${parameters}`, { signal, headers: { Accept: "application/json" } });
    if (response.ok && !response.redirected) found = await response.json();
  } catch {
    if (signal.aborted) return;
  }
  answer = { ...found, query };
  show();
}

function typed() {
  clearTimeout(timer);
  request?.abort();
  wantsFirst = false;
  const query = plain(input.value.trim());
  if (query.length >= SHORTEST_FOR_SERVER && answer.query !== query) timer = setTimeout(() => ask(query), WAIT_MILLISECONDS);
  show();
}

async function copyLink() {
  let text = "Link copied.";
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    text = "The browser did not allow copying. Copy the address from its address bar.";
  }
  const toast = Object.assign(document.createElement("p"), { className: "toast", role: "status" });
  document.body.append(toast);
  requestAnimationFrame(() => (toast.textContent = text));
  setTimeout(() => toast.remove(), 4000);
}

function perform(option, event) {
  const { element } = option.entry;
  if (option.href && !element?.dataset.opens) {
    if (!event || event.type !== "click") {
      if (event?.ctrlKey || event?.metaKey) window.open(option.href, "_blank", "noopener");
      else location.assign(option.href);
    }
    dialog.close();
    return;
  }
  event?.preventDefault();
  dialog.close();
  if (element.dataset.opens) document.dispatchEvent(new CustomEvent("open-dialog", { detail: element.dataset.opens }));
  else if (element.dataset.do === "copy-link") copyLink();
  else if (element.dataset.do === "press") document.querySelector(element.dataset.press)?.click();
}

if (dialog) {
  dialog.addEventListener("opened", () => {
    input.value = "";
    show();
    input.focus();
  });
  dialog.addEventListener("close", () => {
    clearTimeout(timer);
    request?.abort();
  });
  input.addEventListener("input", typed);
  input.addEventListener("keydown", (event) => {
    const options = [...list.querySelectorAll("[role=option]")];
    const place = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
    const places = { ArrowDown: (place + 1) % options.length, ArrowUp: (place + options.length - 1) % options.length, PageDown: Math.min(place + 8, options.length - 1), PageUp: Math.max(place - 8, 0) };
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (options[place]) perform(options[place], event);
      else wantsFirst = true;
    } else if (event.key in places && options.length) {
      event.preventDefault();
      choose(options[places[event.key]]);
    }
  });
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) perform(chosen, event);
  });
  addEventListener("keydown", (event) => {
    const isPalette = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    if (!isPalette) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else document.dispatchEvent(new CustomEvent("open-dialog", { detail: "palette" }));
  });
}
