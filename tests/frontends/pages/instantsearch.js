// The example of docs/frontends.md, as it stands.

import "./instantsearch_example.js";
