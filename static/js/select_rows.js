// Selecting tickets of a list: one box for all, and a bar that shows how many are selected.

const boxes = () => [...document.querySelectorAll(".select-row")];

function update() {
  const bar = document.querySelector(".select-bar");
  if (!bar) return;
  const all = boxes();
  const selected = all.filter((box) => box.checked).length;
  bar.hidden = !selected;
  bar.querySelector(".selected-count").textContent = `${selected} selected`;
  const master = document.querySelector(".select-all");
  master.hidden = false;
  master.checked = selected === all.length;
  master.indeterminate = selected > 0 && selected < all.length;
}

document.addEventListener("change", ({ target }) => {
  if (target.matches(".select-all")) {
    for (const box of boxes()) box.checked = target.checked;
  }
  if (target.matches(".select-all, .select-row")) update();
});
document.addEventListener("htmx:afterSettle", update);
addEventListener("pageshow", update);
