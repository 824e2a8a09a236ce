// Uploads a file in parts, because a request may have 2.5 MB, and opens the page that shows what is in it.

const form = document.querySelector("form[data-upload]");
const input = form.querySelector("input[type=file]");
const button = form.querySelector("button");
const alert = form.querySelector("[role=alert]");
const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
const label = button.textContent;
let isBusy = false;

async function send(url, body, headers = {}) {
  const answer = await fetch(url, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token, ...headers } });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const found = await answer.json().catch(() => ({}));
  throw new Error(found.detail ?? "The upload failed. Load the page again and try once more.");
}

async function upload(file) {
  const begun = await send(form.action, new URLSearchParams({ name: file.name, size: file.size }));
  const count = Math.ceil(file.size / begun.part_bytes);
  for (let number = 0; number < count; number += 1) {
    button.textContent = `Uploading… ${Math.floor((number * 100) / count)}%`;
    const part = file.slice(number * begun.part_bytes, (number + 1) * begun.part_bytes);
    await send(`${begun.parts}?number=${number}`, part, { "Content-Type": "application/octet-stream" });
  }
  button.textContent = "Checking…";
  location.assign(begun.next);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isBusy || !input.files.length) return;
  isBusy = true;
  alert.hidden = true;
  button.setAttribute("aria-disabled", "true");
  try {
    await upload(input.files[0]);
  } catch (error) {
    alert.textContent = error instanceof TypeError ? "The connection was lost. Try again." : error.message;
    alert.hidden = false;
    reset();
  }
});

function reset() {
  isBusy = false;
  button.textContent = label;
  button.removeAttribute("aria-disabled");
}

// The browser may show the page again as it was left.
addEventListener("pageshow", reset);
