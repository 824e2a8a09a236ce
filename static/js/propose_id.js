// Proposes a tenant's id from its name, until somebody edits the id. The same as `propose_id` in tenants/new_tenant.py.

const SPELLED = { "ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ł": "l", "þ": "th" };
const LONGEST = 63;

export function proposeId(name) {
  const spelled = name.toLowerCase().replace(/[ßæøœđłþ]/g, (each) => SPELLED[each]);
  const plain = spelled.normalize("NFKD").replace(/\p{M}/gu, "");
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, LONGEST).replace(/-+$/, "");
}

const name = document.querySelector("input[name=name]");
const id = document.querySelector("input[name=slug]");
if (name && id) {
  let isOwn = id.value !== "" && id.value !== proposeId(name.value);
  id.addEventListener("input", () => {
    isOwn = id.value !== "";
  });
  name.addEventListener("input", () => {
    if (!isOwn) id.value = proposeId(name.value);
  });
}
