// Proposes the browser's time zone in place of the default, if it is one to choose from.

const field = document.querySelector("input[list=zones]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const isKnown = [...(field?.list?.options ?? [])].some((each) => each.value === zone);
if (isKnown && field.value === field.defaultValue && field.value === "UTC") field.value = zone;
