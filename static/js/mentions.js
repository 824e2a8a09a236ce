// Suggests members while somebody types @name into a note. The names are fetched with the first @.

const names = new Map();
const MOST = 6;

function namesOf(address) {
  if (!names.has(address)) {
    const asked = fetch(address, { headers: { Accept: "application/json" } }).then((answer) => (answer.ok ? answer.json() : { names: [] }));
    names.set(address, asked.then((body) => body.names).catch(() => []));
  }
  return names.get(address);
}

function begun(field) {
  const before = field.value.slice(0, field.selectionStart);
  const found = /(?:^|[^\w@.+-])@([\w.@+-]*)$/.exec(before);
  return found && { part: found[1].toLowerCase(), start: before.length - found[1].length };
}

function listOf(field) {
  let list = field.nextElementSibling;
  if (!list?.matches(".mention-list")) {
    list = document.createElement("ul");
    list.className = "mention-list menu-list";
    list.id = `mentions-${Math.random().toString(36).slice(2)}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Members");
    list.hidden = true;
    field.after(list);
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-autocomplete", "list");
    list.addEventListener("mousedown", (event) => {
      const option = event.target.closest("li");
      event.preventDefault();
      if (option) take(field, option.dataset.name);
    });
  }
  return list;
}

function close(field) {
  const list = listOf(field);
  list.hidden = true;
  list.replaceChildren();
  field.removeAttribute("aria-activedescendant");
}

function choose(field, option) {
  for (const each of listOf(field).children) each.setAttribute("aria-selected", String(each === option));
  field.setAttribute("aria-activedescendant", option.id);
}

function take(field, name) {
  const typed = begun(field);
  if (typed) field.setRangeText(`${name} `, typed.start, field.selectionStart, "end");
  close(field);
  field.focus();
}

async function suggest(field) {
  if (!begun(field)) return close(field);
  const known = await namesOf(field.dataset.mentions);
  const typed = begun(field);
  const fitting = typed ? known.filter((name) => name.toLowerCase().startsWith(typed.part)).slice(0, MOST) : [];
  if (!fitting.length || document.activeElement !== field) return close(field);
  const list = listOf(field);
  list.replaceChildren(...fitting.map((name, place) => {
    const option = document.createElement("li");
    option.id = `${list.id}-${place}`;
    option.dataset.name = name;
    option.textContent = `@${name}`;
    option.setAttribute("role", "option");
    return option;
  }));
  list.hidden = false;
  choose(field, list.firstElementChild);
}

addEventListener("input", (event) => {
  if (event.target.matches("textarea[data-mentions]")) suggest(event.target);
});

addEventListener("focusout", (event) => {
  if (event.target.matches("textarea[data-mentions]")) close(event.target);
});

addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.matches?.("textarea[data-mentions]")) return;
  const list = listOf(field);
  if (list.hidden) return;
  const chosen = list.querySelector("[aria-selected=true]");
  if (event.key === "ArrowDown") choose(field, chosen.nextElementSibling ?? list.firstElementChild);
  else if (event.key === "ArrowUp") choose(field, chosen.previousElementSibling ?? list.lastElementChild);
  else if (event.key === "Enter" || event.key === "Tab") take(field, chosen.dataset.name);
  else if (event.key === "Escape") close(field);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);
