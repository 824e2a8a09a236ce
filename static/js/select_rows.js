// Selecting tickets of a list: one box for all, and a bar that shows how many are selected and what can be done with them.

const boxes = () => [...document.querySelectorAll(".select-row")];
const selected = () => boxes().filter((box) => box.checked);

function update() {
  const bar = document.querySelector(".select-bar");
  if (!bar) return;
  const count = selected().length;
  bar.hidden = !count;
  bar.querySelector(".selected-count").textContent = `${count} selected`;
  for (const button of bar.querySelectorAll(".copy-links, .clear-selection")) button.hidden = false;
  const master = document.querySelector(".select-all");
  master.hidden = false;
  master.checked = count === boxes().length;
  master.indeterminate = count > 0 && !master.checked;
}

async function copyLinks(button) {
  const links = selected().map((box) => new URL(box.closest("tr").querySelector(".row-target").pathname, location).href);
  try {
    await navigator.clipboard.writeText(links.join("\n"));
    button.textContent = `Copied ${links.length}`;
  } catch {
    button.textContent = "Could not copy";
  }
  setTimeout(() => { button.textContent = "Copy links"; }, 2000);
}

document.addEventListener("change", ({ target }) => {
  if (target.matches(".select-all")) {
    for (const box of boxes()) box.checked = target.checked;
  }
  if (target.matches(".select-all, .select-row")) update();
});
document.addEventListener("click", ({ target }) => {
  if (target.matches(".copy-links")) copyLinks(target);
  if (target.matches(".clear-selection")) {
    for (const box of selected()) box.checked = false;
    update();
  }
});
document.addEventListener("htmx:afterSettle", update);
addEventListener("pageshow", update);
