// InstantSearch over the demo's index.

import instantsearch from "instantsearch.js";
import { hits, pagination, refinementList, searchBox, stats } from "instantsearch.js/es/widgets";
import { searchClient } from "./searchsvc.js";

const search = instantsearch({
  indexName: "pydocs",
  searchClient: searchClient({ url: location.origin }),
});

search.addWidgets([
  searchBox({ container: "#searchbox" }),
  stats({ container: "#stats" }),
  refinementList({ container: "#kind", attribute: "kind" }),
  refinementList({ container: "#module", attribute: "module", searchable: true }),
  hits({
    container: "#hits",
    templates: {
      item: (hit, { html, components }) => html`
        <h2>${components.Highlight({ hit, attribute: "qualified_name" })}</h2>
        <p>${components.Highlight({ hit, attribute: "summary" })}</p>`,
    },
  }),
  pagination({ container: "#pages" }),
]);

search.start();
