// All documents in one page, with addresses beside its own; the bar on top switches between them.
SwaggerUIBundle({
  dom_id: "#api",
  urls: [
    { name: "catalog", url: "catalog/openapi.json" },
    { name: "importer", url: "importer/openapi.json" },
    { name: "gateway", url: "gateway/openapi.json" },
  ],
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
  deepLinking: true,
  validatorUrl: null,
});
