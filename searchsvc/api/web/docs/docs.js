// Shows /openapi.json with Swagger UI 5.35.0 (Apache-2.0, swagger-ui.LICENSE), shipped beside this file.
"use strict";

window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null, // it would send the description to another host
  presets: [window.SwaggerUIBundle.presets.apis],
  syntaxHighlight: { activated: false },
});
