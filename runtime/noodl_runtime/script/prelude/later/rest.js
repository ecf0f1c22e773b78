// The two scripts of REST nodes.
(() => {
  return {
    compileRest(number, which, text) {
      const node = nodeOf(number);
      const argument = which === "request" ? "Request" : "Response";
      const script = compiled(
        () => new Function("Inputs", "Outputs", argument, text),
        number,
        `Error while parsing the ${which} script`,
        text,
      );
      if (script) node[which] = script;
    },
    // Runs the request script; answers [url, method, headers, body, parameters].
    restRequest(number, url, method) {
      const node = nodeOf(number);
      const request = { resource: url, headers: {}, method, parameters: {} };
      if (node.request) node.request.call(node.self, node.inputs, node.outputs, request);
      node.sent = request;
      const content = request.content;
      const parameters = request.parameters || {};
      const query = Object.keys(parameters).map((key) => `${key}=${encodeURIComponent(parameters[key])}`);
      const headers = Object.keys(request.headers || {}).map((key) => [key, String(request.headers[key])]);
      return [
        String(request.resource) + (query.length ? `?${query.join("&")}` : ""),
        String(request.method),
        headers,
        content ? hostFacing.stringify(content) : null,
      ];
    },
    restResponse(number, status, content) {
      const node = nodeOf(number);
      const response = { status, content: dec(content), request: node.sent };
      if (node.response) node.response.call(node.self, node.inputs, node.outputs, response);
    },
  };
})();
