// Searchkit's own server side over an OpenSearch: node server.mjs PORT HOST INDEX
import http from "node:http";
import createClient from "@searchkit/api";

const [port, host, index] = process.argv.slice(2);
const facet = (attribute, type) => ({ attribute, field: type === "string" ? `${attribute}.keyword` : attribute, type });
const client = createClient({
  connection: { host },
  search_settings: {
    search_attributes: [{ field: "name", weight: 8 }, { field: "brand", weight: 4 }, "description"],
    result_attributes: ["name", "brand", "description", "category", "price", "in_stock"],
    highlight_attributes: ["name"],
    snippet_attributes: ["description:30"],
    facet_attributes: [
      facet("brand", "string"), facet("category", "string"), facet("in_stock", "string"),
      facet("price", "numeric"),
    ],
  },
});

http.createServer(async (request, response) => {
  if (request.url === "/readyz") return response.end("{}");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const asked = JSON.parse(Buffer.concat(chunks)).map((one) => ({ ...one, indexName: index }));
  const body = Buffer.from(JSON.stringify(await client.handleRequest(asked)));
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
}).listen(Number(port), "127.0.0.1").keepAliveTimeout = 600_000; // ms; sides wait for each other
