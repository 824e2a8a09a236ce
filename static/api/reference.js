// The API reference: Swagger UI, as django-ninja ships it, with our description, sessions, tokens and theme.

const place = document.getElementById("api-reference");

// A page cannot set the session's cookie, the browser sends it: only tokens are entered under "Authorize".
function withoutCookies(description) {
  const schemes = description.components.securitySchemes;
  const cookies = Object.keys(schemes).filter((name) => schemes[name].in === "cookie");
  for (const name of cookies) delete schemes[name];
  for (const methods of Object.values(description.paths)) {
    for (const call of Object.values(methods)) {
      call.security = call.security?.filter((each) => !cookies.some((name) => name in each));
    }
  }
  return description;
}

// "Try it out" fills in examples. In an optional parameter one would narrow the answer: there it becomes a word of the text.
function withoutOptionalExamples(description) {
  for (const methods of Object.values(description.paths)) {
    for (const call of Object.values(methods)) {
      for (const parameter of call.parameters ?? []) {
        const example = parameter.example ?? parameter.schema.example;
        if (parameter.required || example === undefined) continue;
        parameter.description = `${parameter.description ?? ""} Example: \`${example}\`.`.trim();
        delete parameter.example;
        delete parameter.schema.example;
      }
    }
  }
  return description;
}

// With a token the session stays out of it, so that the answer is what a program would get.
function authenticate(request) {
  if (request.headers.Authorization) request.credentials = "omit";
  else if (place.dataset.csrfToken) request.headers["X-CSRFToken"] = place.dataset.csrfToken;
  return request;
}

function followTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const { theme } = document.documentElement.dataset;
  const apply = () => {
    const isDark = theme === "dark" || (theme !== "light" && system.matches);
    document.documentElement.classList.toggle("dark-mode", isDark);
  };
  apply();
  system.addEventListener("change", apply);
}

async function show() {
  place.textContent = "Loading the API’s description…";
  const answer = await fetch(place.dataset.description);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  window.SwaggerUIBundle({
    domNode: place,
    spec: withoutOptionalExamples(withoutCookies(await answer.json())),
    deepLinking: true,
    displayRequestDuration: true,
    persistAuthorization: false,
    requestInterceptor: authenticate,
    validatorUrl: null,
  });
}

followTheme();
show().catch((error) => {
  place.textContent = `The API’s description could not be loaded (${error.message}). Reload the page to try again.`;
});
