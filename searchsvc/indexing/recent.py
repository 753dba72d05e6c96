"""What was written lately, so that the overlap of increments costs no second write."""

from collections import OrderedDict

from searchsvc.domain.document import Delete, Write

_GONE = -1  # no digest is negative


class Recent:
    """The digests of the last `size` ids that are durable in one version."""

    def __init__(self, size: int = 50_000) -> None:
        self._size = size
        self._durable: OrderedDict[str, int] = OrderedDict()
        self._pending: dict[str, int] = {}

    def knows(self, write: Write) -> bool:
        """Whether the version holds just that by now."""
        return self._durable.get(write.id) == _digest(write)

    def written(self, write: Write) -> None:
        """`write` was carried out, and becomes durable with the next commit."""
        self._pending[write.id] = _digest(write)

    def dropped(self, id: str) -> None:
        """What the version holds of `id` is not known."""
        self._durable.pop(id, None)
        self._pending.pop(id, None)

    def committed(self) -> None:
        """Everything written is durable."""
        for id, digest in self._pending.items():
            self._durable[id] = digest
            self._durable.move_to_end(id)
        self._pending.clear()
        while len(self._durable) > self._size:
            self._durable.popitem(last=False)

    def discarded(self) -> None:
        """What was written since the last commit was thrown away."""
        self._pending.clear()


def _digest(write: Write) -> int:
    return _GONE if isinstance(write, Delete) else write.digest
