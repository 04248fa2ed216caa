// All documents in one page; the bar on top switches between them.
SwaggerUIBundle({
  dom_id: "#api",
  urls: [
    { name: "catalog", url: "/api/docs/catalog/openapi.json" },
    { name: "importer", url: "/api/docs/importer/openapi.json" },
    { name: "gateway", url: "/api/docs/gateway/openapi.json" },
  ],
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
  deepLinking: true,
  validatorUrl: null,
});
