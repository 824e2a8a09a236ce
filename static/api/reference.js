// The API reference: the Swagger UI of django-ninja, with our OpenAPI description, authentication and theme.

const place = document.getElementById("api-reference");

// The browser sends the session cookie by itself, so "Authorize" only offers tokens.
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

// "Try it out" fills in examples. In an optional parameter, that would filter the response, so the example moves to the description.
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

// With a token, leave out the session, so that the response is what a program would get.
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
  place.textContent = "Loading the API description…";
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
  place.textContent = `The API description could not be loaded (${error.message}). Reload the page to try again.`;
});
