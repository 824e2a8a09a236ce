// The menu Share: copies the address, opens the browser's print dialog, and leads to the page of sharing with the filters
// that were chosen since the page was loaded.

const menu = () => document.querySelector("details.share");

function showButtons() {
  for (const button of document.querySelectorAll("[data-share][hidden]")) button.hidden = false;
}

showButtons();
document.addEventListener("htmx:afterSettle", showButtons);

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Could not copy";
  }
  setTimeout(() => (button.textContent = button.dataset.label), 2500);
}

document.addEventListener("click", ({ target }) => {
  const element = target.closest?.("[data-share]");
  if (!element) return;
  if (element.dataset.share === "print") {
    if (menu()) menu().open = false;
    window.print();
  } else if (element.dataset.share === "copy") {
    element.dataset.label ??= element.textContent;
    copy(element, element.dataset.text ?? location.href);
  } else if (element.dataset.share === "page") {
    const customer = new URL(element.href).searchParams.get("customer");
    const query = new URLSearchParams(location.search);
    if (customer) query.set("customer", customer);
    element.search = query;
  }
});
