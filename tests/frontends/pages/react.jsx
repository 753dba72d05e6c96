// React InstantSearch over searchsvc.js.

import { createRoot } from "react-dom/client";
import {
  Configure, Highlight, Hits, InstantSearch, Pagination, RefinementList, SearchBox, SortBy, Stats,
} from "react-instantsearch";
import { searchClient } from "./searchsvc.js";

const client = searchClient({ url: location.origin });
const orders = [
  { label: "Relevance", value: "products" },
  { label: "Cheapest", value: "products_cheapest" },
];

function Product({ hit }) {
  return <Highlight hit={hit} attribute="name" />;
}

createRoot(document.getElementById("root")).render(
  <InstantSearch searchClient={client} indexName="products">
    <Configure hitsPerPage={5} />
    <SearchBox />
    <Stats />
    <SortBy items={orders} />
    <RefinementList attribute="brand" />
    <RefinementList attribute="tags" />
    <Hits hitComponent={Product} />
    <Pagination />
  </InstantSearch>,
);
