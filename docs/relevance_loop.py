# %% [markdown]
# # From judgments to a better ranking, in pandas
#
# Asks a running server what people search for, puts judgments, evaluates and compares rankings,
# looks at the queries that are answered worst, explains one of them, and tunes the weights. Each
# cell needs the ones before it. VS Code, Spyder and, by jupytext, JupyterLab open this file as a
# notebook; it runs as a script, too:
#
#     SEARCHSVC_INDEX=products SEARCHSVC_JUDGMENTS=ratings.csv python docs/relevance_loop.py
#
# It needs pandas; `tune` needs the extra of that name on the server.

# %%
import json
import os
import time
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import pandas as pd

URL = os.environ.get("SEARCHSVC_URL", "http://127.0.0.1:8000")
KEY = os.environ.get("SEARCHSVC_KEY", "")  # of role analyst, where the server asks for one
INDEX = os.environ.get("SEARCHSVC_INDEX", "products")
JUDGMENTS = os.environ.get("SEARCHSVC_JUDGMENTS", "ratings.csv")  # query, docid, rating
SET = "notebook"


def ask(path, body=None, method=None, **parameters):
    """The JSON of an answer; a body is posted as JSON, or as the text that it is."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    kind = "text/csv" if isinstance(body, bytes) else "application/json"
    headers = {"Content-Type": kind, **({"X-API-Key": KEY} if KEY else {})}
    url = f"{URL}{path}?{urlencode(parameters)}" if parameters else URL + path
    try:
        with urlopen(Request(url, data, headers, method=method)) as answer:
            return json.load(answer)
    except HTTPError as error:
        told = json.load(error)  # what is wrong, and what to do next
        raise SystemExit(f"{told['message']}; {told.get('hint', '')}") from error


def done(run):
    """The result of a run that was begun by a 202, once it has ended."""
    while run["status"] == "running":
        time.sleep(0.5)
        run = ask(f"/v1/runs/{run['id']}")
    if run["status"] != "succeeded":
        raise RuntimeError(run["error"])
    return run["result"]


def show(title, *tables):
    """In a notebook and on a terminal alike."""
    print(f"\n--- {title}")
    for table in tables:
        print(table.to_string() if isinstance(table, pd.DataFrame | pd.Series) else table)


# %% [markdown]
# ## What people search for, and do not find

# %%
popular = pd.DataFrame(ask("/v1/reports/popular", index=INDEX)["rows"])
in_vain = pd.DataFrame(ask("/v1/reports/zero-results", index=INDEX)["rows"])
show("what people search for", popular.head(10))
show("and do not find", in_vain.head(10))

# %% [markdown]
# ## Judgments
# A table with a rating for each document of a query. The same again changes nothing.

# %%
ratings = pd.read_csv(JUDGMENTS)
table = ratings.to_csv(index=False).encode()
put = ask(f"/v1/indexes/{quote(INDEX)}/judgments/{SET}", table, "PUT")
show("judgments", put, ratings.groupby("query")["rating"].agg(["size", "mean"]).describe())

# %% [markdown]
# ## How good are the answers?

# %%
rankings = ask(f"/v1/indexes/{quote(INDEX)}")["rankings"]
evaluations = {}
for ranking in rankings:
    begun = ask("/v1/relevance/evaluate", {"index": INDEX, "ranking": ranking, "set": SET})
    evaluations[ranking] = done(begun["run"])["evaluation"]
whole = {name: ask(f"/v1/relevance/evaluations/{id}") for name, id in evaluations.items()}
scores = pd.DataFrame({name: pd.DataFrame(one["metrics"]).T["mean"] for name, one in whole.items()})
show("how good the answers are", scores)

# %% [markdown]
# ## Which queries are answered worst?

# %%
by_query = pd.DataFrame(whole[rankings[0]]["answers"]).T
worst = by_query["ndcg@10"].astype(float).sort_values().head(10)
show("answered worst", worst)

# %% [markdown]
# ## Is one ranking really better than another?
# The range of the difference decides: where it leaves out 0.

# %%
if len(rankings) > 1:
    first, *others = evaluations.values()
    compared = ask("/v1/relevance/compare", {"index": INDEX, "a": first, "b": others})
    verdicts = pd.DataFrame(
        {"verdict": one["verdict"], **one["difference"]} for one in compared["comparisons"]
    )
    show("which ranking is better", verdicts)

# %% [markdown]
# ## Why is a good document not first?
# And what would bring it there: weights that the engine has confirmed.

# %%
query = str(worst.index[0])
first_hit = str(by_query.loc[query, "ids"][0])
known = ratings[(ratings["query"] == query) & (ratings["docid"].astype(str) != first_hit)]
wanted = str(known.sort_values("rating", ascending=False)["docid"].iloc[0])
explained = ask("/v1/relevance/explain", index=INDEX, q=query, id=wanted, vs=first_hit)
parts = pd.DataFrame(explained["hit"]["parts"])
show(f"'{query}': {wanted} beside {first_hit}", *explained["reasons"], parts)

# %% [markdown]
# ## Better weights, if there are any
# Told by queries that were held out. Where nothing is proven, that is what it says.

# %%
tuned = done(ask("/v1/relevance/tune", {"index": INDEX, "set": SET})["run"])
show("better weights", tuned["verdict"], tuned["mapping"])
