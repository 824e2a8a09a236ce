// Zooming into the trend: drag over it with the mouse, or select with Shift and the arrow keys and press Enter.
//
// The rows of the chart's table have the period of each bucket (data-from, data-to). The chosen one becomes a custom
// period in the address, as if it had been typed into the filter bar, so Back returns.

import { plotOf } from "./chart_card.js";

const FEWEST_PIXELS = 6;

let drag = null; // where the pointer went down, or null
let range = null; // the selected buckets: { plot, anchor, end }
let zooms = 0; // how many steps back Escape may go
let returnTo = ""; // the cursor that has the focus after a zoom by keys

const ends = ({ anchor, end }) => [Math.min(anchor, end), Math.max(anchor, end)];

function select(plot, anchor, end) {
  if (range && range.plot !== plot) clear();
  range = { plot, anchor, end };
  const [first, last] = ends(range);
  const area = areaOf(plot);
  area.hidden = false;
  area.style.left = `${(first * 100) / plot.count}%`;
  area.style.width = `${((last - first + 1) * 100) / plot.count}%`;
}

function areaOf(plot) {
  let area = plot.cursor.querySelector(".chart-range");
  if (!area) {
    area = document.createElement("div");
    area.className = "chart-range";
    plot.cursor.append(area);
  }
  return area;
}

function clear() {
  if (range) areaOf(range.plot).hidden = true;
  range = null;
}

function zoom() {
  const { plot } = range;
  const [first, last] = ends(range);
  const parameters = new URLSearchParams(location.search);
  parameters.set("period", "custom");
  parameters.set("from", plot.rows[first].dataset.from);
  parameters.set("to", plot.rows[last].dataset.to);
  clear();
  zooms += 1;
  go(plot.frame, `?${parameters}`);
}

// A link as those of the filter bar: htmx requests the dashboard and puts the address into the history.
function go(frame, address) {
  const link = document.createElement("a");
  link.href = address;
  link.hidden = true;
  for (const [name, value] of [["hx-get", address], ["hx-push-url", "true"], ["hx-indicator", "#dashboard"]]) link.setAttribute(name, value);
  frame.append(link);
  window.htmx?.process(link);
  link.click();
}

const isZoomable = (plot) => plot && plot.rows.length > 1 && plot.rows[0].dataset.from;

document.addEventListener("pointerdown", (event) => {
  if (event.pointerType !== "mouse" || event.button !== 0 || event.target.closest(".chart-card")) return;
  const plot = plotOf(event.target);
  const position = isZoomable(plot) ? plot.positionAt(event.clientX) : null;
  if (position !== null) drag = { plot, anchor: position, x: event.clientX, isMoved: false };
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  drag.isMoved ||= Math.abs(event.clientX - drag.x) >= FEWEST_PIXELS;
  if (!drag.isMoved) return;
  event.preventDefault();
  const position = drag.plot.positionAt(event.clientX);
  if (position !== null) select(drag.plot, drag.anchor, position);
});

document.addEventListener("pointerup", () => {
  if (drag?.isMoved && range) {
    // The click that follows would open a bar's list.
    addEventListener("click", (event) => event.preventDefault(), { capture: true, once: true });
    setTimeout(zoom);
  }
  drag = null;
});

// Bars are links, which browsers drag as such.
document.addEventListener("dragstart", (event) => {
  if (plotOf(event.target)) event.preventDefault();
});

document.addEventListener(
  "keydown",
  (event) => {
    const plot = plotOf(event.target);
    if (event.key === "Escape") escape(event, plot);
    if (!isZoomable(plot) || !event.target.matches(".chart-cursor")) return;
    if (event.shiftKey && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      event.preventDefault();
      const from = range?.plot === plot ? range : { anchor: plot.position ?? plot.rows.length - 1, end: plot.position ?? plot.rows.length - 1 };
      const end = Math.min(Math.max(from.end + (event.key === "ArrowLeft" ? -1 : 1), 0), plot.rows.length - 1);
      select(plot, from.anchor, end);
      plot.show(end, { isPinned: true });
    } else if (event.key === "Enter" && range?.plot === plot) {
      event.preventDefault();
      returnTo = plot.cursor.id;
      zoom();
    } else if (!event.shiftKey && event.key in { ArrowLeft: 0, ArrowRight: 0, Home: 0, End: 0 }) clear();
  },
  true,
);

// Escape takes back one thing: a selection, a card (chart_card.js), a zoom.
function escape(event, plot) {
  if (drag || range) {
    drag = null;
    clear();
    event.preventDefault();
  } else if (zooms && (!plot || plot.position === null) && !document.querySelector(":popover-open, details.drop[open]") && !event.target.matches("input, select, textarea")) {
    zooms -= 1;
    event.preventDefault();
    if (plot) returnTo = plot.cursor.id;
    history.back();
  }
}

document.addEventListener("htmx:afterSettle", () => {
  if (!returnTo) return;
  document.getElementById(returnTo)?.focus();
  returnTo = "";
});

addEventListener("popstate", clear);
