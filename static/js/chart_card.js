// A card over a chart with all numbers of one bucket, by mouse, touch and arrow keys.
//
// The numbers are those of the table below the chart, so they are the same. Its headings say what its columns are:
// data-key names a column, data-before the one with the same numbers of the previous period.

const TOUCHES = ["touch", "pen"];
const GAP = 8;
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageUp: -7, PageDown: 7 };

const plots = new WeakMap();

export function plotOf(element) {
  return plots.get(element?.closest(".chart-frame"));
}

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function copyOf(cell) {
  const copy = cell.cloneNode(true);
  const change = copy.querySelector(".change");
  change?.remove();
  return { number: [...copy.childNodes], text: copy.textContent.trim(), change };
}

function wordOf(change) {
  const word = ["worse", "better"].find((each) => change.classList.contains(each));
  return word ? ` (${word})` : "";
}

class Plot {
  constructor(frame, table) {
    this.frame = frame;
    this.count = Number(frame.dataset.slots);
    this.rows = [...table.tBodies[0].rows];
    this.columns = [...table.tHead.rows[0].cells];
    this.position = null;
    this.isPinned = false;
    this.chart = frame.querySelector(".chart");
    this.mark = make("div", { class: "chart-slot", hidden: "" });
    const name = document.getElementById(frame.getAttribute("aria-labelledby")).textContent;
    this.cursor = make("div", {
      class: "chart-cursor",
      role: "slider",
      tabindex: "0",
      id: `cursor-${frame.dataset.chart}`,
      "aria-label": name,
      "aria-valuemin": 1,
      "aria-valuemax": this.rows.length,
      "aria-valuenow": this.rows.length,
      "aria-valuetext": "Arrow keys show the numbers.",
    });
    this.card = make("div", { class: "chart-card", hidden: "" });
    this.frame.append(this.cursor, this.card);
    this.cursor.append(this.mark);
  }

  // The bucket under the pointer; null beside the chart.
  positionAt(x) {
    const { left, width } = this.cursor.getBoundingClientRect();
    const position = Math.floor(((x - left) / width) * this.count);
    return position >= 0 && position < this.rows.length ? position : null;
  }

  cellOf(position, key) {
    const place = this.columns.findIndex((each) => each.dataset.key === key);
    return place < 0 ? null : this.rows[position].cells[place];
  }

  // The numbers of a bucket: names, and the nodes to show.
  numbersOf(position) {
    const befores = new Set(this.columns.map((each) => each.dataset.before).filter(Boolean));
    return this.columns
      .filter((each) => each.matches(".number") && !befores.has(each.dataset.key))
      .map((each) => {
        const before = each.dataset.before && this.cellOf(position, each.dataset.before);
        return {
          name: each.textContent,
          now: copyOf(this.cellOf(position, each.dataset.key)),
          before: before ? copyOf(before) : null,
        };
      });
  }

  show(position, { isPinned = false } = {}) {
    this.isPinned = isPinned;
    if (position !== this.position) {
      this.position = position;
      this.fill();
    }
    this.mark.hidden = this.card.hidden = false;
    this.mark.style.left = `${(position * 100) / this.count}%`;
    this.mark.style.width = `${100 / this.count}%`;
    this.place();
  }

  hide() {
    this.position = null;
    this.isPinned = false;
    this.mark.hidden = this.card.hidden = true;
  }

  fill() {
    const row = this.rows[this.position];
    const head = row.cells[0];
    const numbers = this.numbersOf(this.position);
    const hasBefore = numbers.some((each) => each.before);
    const body = make("tbody");
    for (const { name, now, before } of numbers) {
      const line = make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, ...now.number));
      if (hasBefore) {
        line.append(make("td", {}, ...(before?.number ?? [])));
        line.append(make("td", {}, ...(before?.change ? [before.change, this.toneOf(before.change)] : [])));
      }
      body.append(line);
    }
    const names = ["Now", "Before", "Change"].map((each) => make("th", { scope: "col" }, each));
    const heading = make("thead", {}, make("tr", {}, make("td"), ...names));
    const compared = this.cellOf(this.position, "before_from")?.textContent ?? "";
    const title = make("p", { class: "card-title" }, make("strong", {}, head.textContent));
    if (hasBefore && compared && compared !== "–") title.append(make("span", { class: "muted" }, `Before: ${compared}`));
    this.card.replaceChildren(title, make("table", {}, ...(hasBefore ? [heading] : []), body));
    for (const each of this.marksAt(this.position)) this.card.append(each);
    const zoom = head.querySelector("a");
    if (zoom) this.card.append(make("p", {}, make("a", { href: zoom.href, class: "card-zoom" }, "Zoom in")));
    this.frame.dispatchEvent(new CustomEvent("chart:card", { detail: { plot: this }, bubbles: true }));
    this.cursor.setAttribute("aria-valuenow", this.position + 1);
    this.cursor.setAttribute("aria-valuetext", this.words(head.textContent, numbers));
  }

  toneOf(change) {
    const word = wordOf(change);
    return word ? make("span", { class: "visually-hidden" }, word) : "";
  }

  // What people left at the time of a bucket, and incidents that began in it: entries of the list below the chart.
  marksAt(position) {
    const found = this.frame.parentElement.querySelectorAll(`.chart-marks > li[data-position="${position}"]`);
    return [...found].map((each) => make("p", { class: "card-mark" }, ...each.querySelector(".mark-text").cloneNode(true).childNodes));
  }

  words(title, numbers) {
    const parts = numbers.map(({ name, now, before }) => {
      if (!before || before.text === "–") return `${name} ${now.text}`;
      return `${name} ${now.text}, before ${before.text}${before.change ? `, ${before.change.textContent}${wordOf(before.change)}` : ""}`;
    });
    const marks = this.marksAt(this.position).map((each) => each.textContent.trim());
    return [`${title}: ${parts.join("; ")}`, ...marks].join(". ");
  }

  // Above the bucket, so that it hides none of them and the pointer reaches it; beside it where there is no room.
  place() {
    const plot = this.cursor.getBoundingClientRect();
    const frame = this.frame.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const slot = plot.width / this.count;
    const left = plot.left - frame.left + this.position * slot;
    const ceiling = document.querySelector(".topbar")?.getBoundingClientRect().bottom ?? 0;
    const isAbove = plot.top - height + GAP > Math.max(ceiling, 0);
    let x = left + (slot - width) / 2;
    if (!isAbove) x = this.position < this.count / 2 ? left + slot : left - width;
    this.card.style.left = `${Math.min(Math.max(x, 0), Math.max(frame.width - width, 0))}px`;
    this.card.style.top = `${isAbove ? plot.top - frame.top - height + GAP : plot.top - frame.top + GAP}px`;
    this.card.classList.toggle("is-above", isAbove);
  }

  // The list of exactly the bucket's tickets, where there is one.
  get listLink() {
    return this.position === null ? null : this.card.querySelector("td a");
  }
}

function setUp() {
  for (const frame of document.querySelectorAll(".chart-frame[data-chart]")) {
    const table = frame.parentElement.querySelector("details.numbers table");
    if (table && !plots.has(frame)) plots.set(frame, new Plot(frame, table));
  }
}

function hideOthers(but) {
  for (const frame of document.querySelectorAll(".chart-frame[data-chart]")) {
    const plot = plots.get(frame);
    if (plot && plot !== but && plot.position !== null) plot.hide();
  }
}

const isTouch = (event) => TOUCHES.includes(event.pointerType);

function point(event) {
  const plot = plotOf(event.target);
  if (!plot || event.target.closest(".chart-card")) return;
  const position = plot.positionAt(event.clientX);
  hideOthers(plot);
  if (position !== null) plot.show(position, { isPinned: isTouch(event) });
  else if (!plot.isPinned) plot.hide();
}

document.addEventListener("pointermove", point);
document.addEventListener("pointerdown", (event) => {
  if (isTouch(event)) point(event);
  if (!plotOf(event.target)) hideOthers(null);
});

document.addEventListener("pointerout", (event) => {
  const plot = plotOf(event.target);
  if (plot && !plot.isPinned && !isTouch(event) && !plot.frame.contains(event.relatedTarget)) plot.hide();
});

// A tap shows the card, which has the link. A bar of a few pixels is no place for a finger.
document.addEventListener(
  "click",
  (event) => {
    if (isTouch(event) && event.target.closest(".chart .plot") && plotOf(event.target)) event.preventDefault();
  },
  true,
);

document.addEventListener("focusin", ({ target }) => {
  const plot = plotOf(target);
  if (target.matches(".chart-cursor") && plot && target.matches(":focus-visible")) {
    hideOthers(plot);
    plot.show(plot.position ?? plot.rows.length - 1, { isPinned: true });
  }
});

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const plot = plotOf(target);
  if (plot && !plot.frame.contains(relatedTarget)) plot.hide();
});

document.addEventListener("keydown", (event) => {
  const plot = plotOf(event.target);
  if (!plot || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && !event.defaultPrevented && plot.position !== null) {
    event.preventDefault();
    plot.hide();
    plot.cursor.focus();
    plot.hide();
    return;
  }
  if (!event.target.matches(".chart-cursor") || event.shiftKey) return;
  const last = plot.rows.length - 1;
  const from = plot.position ?? last;
  const wanted = { Home: 0, End: last }[event.key] ?? (event.key in STEPS ? from + STEPS[event.key] : null);
  if (wanted !== null) {
    event.preventDefault();
    plot.show(Math.min(Math.max(wanted, 0), last), { isPinned: true });
  } else if (event.key === "Enter" && !event.defaultPrevented && plot.listLink) {
    event.preventDefault();
    plot.listLink.click();
  }
});

document.addEventListener("htmx:afterSettle", setUp);
addEventListener("resize", () => hideOthers(null));
setUp();
