// "Data as of" polls the server every minute. Errors are not shown, because the user did not start the request.

document.addEventListener("htmx:beforeSwap", (event) => {
  const isOurs = event.detail.requestConfig.elt.id === "as-of-poll";
  if (isOurs && event.detail.xhr.status >= 400) event.detail.shouldSwap = false;
});
