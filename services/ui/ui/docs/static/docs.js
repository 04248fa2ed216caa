// All documents in one page, with addresses beside its own; the bar on top switches between them.
const documents = document.getElementById("api").dataset.documents.split(" ");
SwaggerUIBundle({
  dom_id: "#api",
  urls: documents.map((name) => ({ name, url: `${name}/openapi.json` })),
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
  deepLinking: true,
  validatorUrl: null,
});
