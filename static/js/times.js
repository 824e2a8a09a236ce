// Keeps relative times up to date: "4 minutes ago" (data-tick="ago") "4 min" (data-tick="age") and "4 min late"
// (data-tick="due").
// The same texts as `format_relative`, `format_age` and `format_due` in supportsaas/formatting.py.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS = [
  [365 * DAY, "year", "y"],
  [30 * DAY, "month", "mo"],
  [DAY, "day", "d"],
  [HOUR, "hour", "h"],
  [MINUTE, "minute", "min"],
];
const JUST_NOW_SECONDS = 45;
const EVERY_MILLISECONDS = 15_000;

const WORDS = {
  ago: {
    now: "just now",
    past: (count, [, name]) => `${count} ${name}${count === 1 ? "" : "s"} ago`,
    ahead: (count, [, name]) => `in ${count} ${name}${count === 1 ? "" : "s"}`,
  },
  age: {
    now: "now",
    past: (count, [, , short]) => `${count} ${short}`,
    ahead: (count, [, , short]) => `in ${count} ${short}`,
  },
  due: {
    now: "now",
    past: (count, [, , short]) => `${count} ${short} late`,
    ahead: (count, [, , short]) => `in ${count} ${short}`,
  },
};

export function words(kind, seconds) {
  const { now, past, ahead } = WORDS[kind];
  const length = Math.abs(seconds);
  if (length < JUST_NOW_SECONDS) return now;
  const unit = UNITS.find(([each]) => length >= each) ?? UNITS.at(-1);
  const count = Math.max(Math.floor(length / unit[0]), 1);
  return (seconds > 0 ? past : ahead)(count, unit);
}

// The server's clock, from the time at which it rendered the page: the browser's clock may be wrong by hours.
const server = Date.parse(document.documentElement.dataset.now);
const began = performance.now();

function tick() {
  const now = server + (performance.now() - began);
  for (const each of document.querySelectorAll("time[data-tick]")) {
    const text = words(each.dataset.tick, (now - Date.parse(each.dateTime)) / 1000);
    if (each.textContent !== text) each.textContent = text;
    if (each.dataset.tick === "due") each.classList.toggle("past-due", now >= Date.parse(each.dateTime));
  }
}

if (!Number.isNaN(server)) {
  setInterval(tick, EVERY_MILLISECONDS);
  document.addEventListener("visibilitychange", tick);
}
