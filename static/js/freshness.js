// "Data as of" asks the server every minute. An answer that is a fault stays unsaid: nobody asked for it.

document.addEventListener("htmx:beforeSwap", (event) => {
  const isOurs = event.detail.requestConfig.elt.id === "as-of-poll";
  if (isOurs && event.detail.xhr.status >= 400) event.detail.shouldSwap = false;
});
