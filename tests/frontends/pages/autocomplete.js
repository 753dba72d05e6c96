// Autocomplete with suggested queries and with products, over searchsvc.js.

import { autocomplete, getAlgoliaResults } from "@algolia/autocomplete-js";
import { createQuerySuggestionsPlugin } from "@algolia/autocomplete-plugin-query-suggestions";
import { searchClient } from "./searchsvc.js";

const client = searchClient({ url: location.origin });

autocomplete({
  container: "#autocomplete",
  placeholder: "Search",
  detachedMediaQuery: "none", // the theme would say so
  plugins: [
    createQuerySuggestionsPlugin({ searchClient: client, indexName: "products_query_suggestions" }),
  ],
  getSources: ({ query }) => [
    {
      sourceId: "products",
      getItems: () => getAlgoliaResults({
        searchClient: client,
        queries: [{ indexName: "products", params: { query, hitsPerPage: 3 } }],
      }),
      templates: {
        item: ({ item, components, html }) =>
          html`<span class="product">${components.Highlight({ hit: item, attribute: "name" })}</span>`,
      },
    },
  ],
});
