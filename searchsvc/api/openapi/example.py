"""What an operation shows of what is sent and answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_JSON = "application/json"
BIKE = {"name": "Red city bike", "brand": "Velo", "price": 489}
ABOUT = {"index": "products", "version": "products-20261128t101202z-1"}
TIMES = {"took_ms": 2.41, "timing": {"parse": 0.11, "plan": 0.3, "engine": 1.9, "render": 0.1}}


@dataclass(frozen=True, slots=True)
class Examples:
    """What is sent in a body, and what is answered; None where there is nothing to show."""

    answered: Any = None
    sent: Any = None

    def put_into(self, operation: Mapping[str, Any]) -> None:
        """Show them where the operation describes its JSON."""
        answers = operation["responses"]
        if self.answered is not None:
            answers["200" if "200" in answers else "202"]["content"][_JSON]["example"] = (
                self.answered
            )
        if self.sent is not None:
            operation["requestBody"]["content"][_JSON]["example"] = self.sent
