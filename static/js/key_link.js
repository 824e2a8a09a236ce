// The link to the page where a helpdesk's key is created, once the fields that its address depends on are filled.

const PLACEHOLDER = /\{([a-z_]+)\}/g;

function addressWith(template, values) {
  let isComplete = true;
  const address = template.replace(PLACEHOLDER, (_, name) => {
    const value = values.get(name) ?? "";
    isComplete &&= /^[A-Za-z0-9][\w.-]*$/.test(value);
    return encodeURIComponent(value);
  });
  return isComplete ? address : "";
}

for (const link of document.querySelectorAll("a[data-key-url]")) {
  const fields = [...link.closest("form").querySelectorAll("[data-variable]")];
  const update = () => {
    const values = new Map(fields.map((each) => [each.dataset.variable, each.value.trim()]));
    const address = addressWith(link.dataset.keyUrl, values);
    link.hidden = !address;
    if (address) link.href = address;
  };
  for (const each of fields) each.addEventListener("input", update);
  update();
}
