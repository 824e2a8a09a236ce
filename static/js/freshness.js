// An open page asks the server every minute how fresh its numbers are, and offers newer ones. It never changes by itself.
// Errors are not shown, because the user did not start the request.

const isOurs = (event) => event.detail.requestConfig?.elt.id === "as-of-poll";

document.addEventListener("htmx:beforeSwap", (event) => {
  if (isOurs(event) && event.detail.xhr.status >= 400) event.detail.shouldSwap = false;
});

// Said once: what is there already is not read aloud again.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target } = event.detail;
  if (target.id === "new-numbers" && target.textContent.trim()) event.detail.shouldSwap = false;
});

// Loading the page again keeps the place to which it is scrolled.
document.addEventListener("click", (event) => {
  if (!event.target.closest("a[data-reload]")) return;
  event.preventDefault();
  location.reload();
});
