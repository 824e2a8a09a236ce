// A form that needs a choice in one of its lists says so (data-needs-choice) before it is sent, so that nothing typed is lost.

document.addEventListener("click", ({ target }) => {
  const form = target.closest("button")?.form;
  const request = form?.dataset.needsChoice;
  if (!request || target.closest("[data-needs-none]")) return;
  const lists = [...form.elements].filter((each) => each.matches("select"));
  lists[0].setCustomValidity(lists.some((each) => each.value) ? "" : request);
});
