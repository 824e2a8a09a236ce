// "Add a note" on the card of a chart: the form for the bucket's time appears below the chart.

document.addEventListener("chart:card", ({ target, detail: { plot } }) => {
  const { notes } = target.dataset;
  if (!notes) return;
  const address = new URL(notes, location);
  address.searchParams.set("at", plot.rows[plot.position].dataset.from);
  address.searchParams.set("back", location.pathname + location.search);
  const link = document.createElement("a");
  link.href = address;
  link.className = "card-note";
  link.textContent = "Add a note";
  const last = plot.card.querySelector("p:has(> .card-zoom)");
  if (last) last.append(link);
  else {
    const line = document.createElement("p");
    line.append(link);
    plot.card.append(line);
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest(".card-note");
  const place = link?.closest(".panel").querySelector(".note-place");
  if (!place || !window.htmx || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  window.htmx.ajax("GET", link.href, { target: place });
});
