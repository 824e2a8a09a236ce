// The menu of tenants is filtered as one types; arrow keys move through it, and Enter opens the first.

const menu = document.getElementById("tenant-menu");
const field = menu?.querySelector("#tenant-name");
const nothing = menu?.querySelector("[role=status]");
const links = () => [...(menu?.querySelectorAll("li > a") ?? [])].filter((each) => !each.parentElement.hidden);

function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Names that begin with what is typed come first, then those with a word that does, then those that contain it. */
function rank(link, wanted) {
  const name = plain(link.firstElementChild.textContent);
  if (name.startsWith(wanted) || link.dataset.slug.toLowerCase() === wanted) return 0;
  if (name.split(/[^\p{L}\p{N}]+/u).some((each) => each.startsWith(wanted))) return 1;
  return `${name} ${link.dataset.slug.toLowerCase()}`.includes(wanted) ? 2 : 3;
}

if (field) {
  const items = [...menu.querySelectorAll("li")];
  const list = items[0]?.parentElement;

  field.addEventListener("input", () => {
    const wanted = plain(field.value.trim());
    const ranked = items.map((item, place) => ({ item, place, rank: wanted ? rank(item.firstElementChild, wanted) : 0 }));
    ranked.sort((one, other) => one.rank - other.rank || one.place - other.place);
    for (const each of ranked) each.item.hidden = each.rank === 3;
    list.append(...ranked.map((each) => each.item));
    nothing.hidden = ranked.some((each) => each.rank < 3);
  });
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    links()[0]?.click();
  });
}

menu?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const shown = links();
  const next = shown.indexOf(document.activeElement) + step;
  if (next < 0) (field ?? shown[0])?.focus();
  else shown[Math.min(next, shown.length - 1)]?.focus();
});
