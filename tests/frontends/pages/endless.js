// The official client of Algolia's wire, with the widgets that docs/frontends.md does not show.

import { liteClient } from "algoliasearch/lite";
import instantsearch from "instantsearch.js";
import {
  configure, currentRefinements, infiniteHits, menu, searchBox, stats, toggleRefinement,
} from "instantsearch.js/es/widgets";

const searchClient = liteClient("searchsvc", "none", {
  hosts: [{ url: `${location.host}/compat/algolia`, accept: "readWrite", protocol: "http" }],
});
const search = instantsearch({ indexName: "products", searchClient });

search.addWidgets([
  configure({ hitsPerPage: 6, attributesToSnippet: ["description:6"] }),
  searchBox({ container: "#searchbox" }),
  stats({ container: "#stats" }),
  currentRefinements({ container: "#refinements" }),
  menu({ container: "#menu", attribute: "brand", limit: 20 }),
  toggleRefinement({
    container: "#stock", attribute: "in_stock", templates: { labelText: () => "In stock" },
  }),
  infiniteHits({
    container: "#hits",
    templates: {
      item: (hit, { html, components }) => html`
        <b>${components.Highlight({ hit, attribute: "name" })}</b>
        <i>${components.Snippet({ hit, attribute: "description" })}</i>`,
    },
  }),
]);

search.start();
