// A form that takes seconds says so on its button (data-busy), and is not sent twice.

for (const form of document.querySelectorAll("form[data-busy]")) {
  const button = form.querySelector("button.primary");
  const text = button.textContent;
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) {
      event.preventDefault();
      return;
    }
    isSent = true;
    button.textContent = form.dataset.busy;
    button.setAttribute("aria-disabled", "true");
  });
  // The browser may show the page again as it was left.
  addEventListener("pageshow", () => {
    isSent = false;
    button.textContent = text;
    button.removeAttribute("aria-disabled");
  });
}
