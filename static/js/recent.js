// The tickets and customers that this tab has shown last, for the palette. Only their addresses are kept, no texts, and
// only until somebody signs out or the tab is closed.

const KEY = "recent";
const MOST = 6;
const KINDS = { tickets: "Ticket", customers: "Customer" };
const ADDRESS = /\/t\/([^/]+)\/(tickets|customers)\/(.+)\/$/;

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

function entry(path) {
  const [, slug, kind, id] = ADDRESS.exec(path);
  let text = id;
  try {
    text = decodeURIComponent(id);
  } catch {
    // Not every % begins an escaped character.
  }
  return { text: `${KINDS[kind]} ${text}`, note: slug, url: path };
}

export function recent() {
  return stored().filter((each) => ADDRESS.test(each) && each !== location.pathname).map(entry);
}

if (ADDRESS.test(location.pathname)) {
  const others = stored().filter((each) => each !== location.pathname);
  sessionStorage.setItem(KEY, JSON.stringify([location.pathname, ...others].slice(0, MOST)));
}
document.querySelector("#person-menu form[action*=logout]")?.addEventListener("submit", () => sessionStorage.removeItem(KEY));
