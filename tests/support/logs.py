"""Logs of searches and events as the service writes them, from a few words each."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DAY = "2026-11-20"


def write_log(folder: Path, name: str, *lines: Mapping[str, Any], day: str = DAY) -> None:
    """Append lines to the log of a day."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}-{day}.jsonl").open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def search_line(text: str, time: str, **said: Any) -> dict[str, Any]:
    """A search at that time of the day; with an id where `query_id` gives one."""
    attributes = {
        "ranking": said.get("ranking", "default"),
        "hits": said.get("hits", 3),
        "filtered": said.get("filtered", False),
        "offset": said.get("offset", 0),
        "took_ms": 1.5,
    }
    return {
        "application": said.get("index", "shop"),
        "query_id": said.get("query_id", ""),
        "client_id": said.get("client", "a"),
        "user_query": text,
        "timestamp": f"{said.get('day', DAY)}T{time}Z",
        "query_response_hit_ids": said.get("ids", []),
        "query_attributes": attributes,
    }


def click_line(query_id: str, id: str, time: str, **said: Any) -> dict[str, Any]:
    """A click on a hit; with its place from 0 where `ordinal` gives one."""
    place = {"position": {"ordinal": said["ordinal"]}} if "ordinal" in said else {}
    return {
        "action_name": said.get("action", "click"),
        "query_id": query_id,
        "timestamp": f"{DAY}T{time}Z",
        "event_attributes": {"object": {"object_id": id}, **place},
    }
