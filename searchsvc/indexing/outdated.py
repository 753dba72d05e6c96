"""Tells versions that were made from another recipe than the one that this process has read."""

from searchsvc.domain.index import IndexVersion, Recipe
from searchsvc.errors import VersionOutdated
from searchsvc.ports import IndexStore


class Outdated:
    """Compares versions of one index with `recipe`."""

    def __init__(self, store: IndexStore, index: str, recipe: Recipe) -> None:
        self._store = store
        self._index = index
        self._hash = recipe.hash
        self._hashes: dict[IndexVersion, str] = {}
        self._was_current = False

    def covers(self, version: IndexVersion) -> bool:
        """Whether the version is of another recipe."""
        # A version's hash never changes, so one look per process is enough.
        if version not in self._hashes:
            infos = self._store.versions(self._index)
            self._hashes = {info.version: info.definition_hash for info in infos}
        outdated = self._hashes.get(version) != self._hash
        self._was_current = self._was_current or not outdated
        return outdated

    def supersedes(self, version: IndexVersion) -> bool:
        """Whether it was made from files that are newer than this process's.

        It has met a version of its own recipe, so this one can only have come after that.
        """
        return self.covers(version) and self._was_current

    def error(self, version: IndexVersion) -> VersionOutdated:
        """The error of such a version, with the next step."""
        if self.supersedes(version):
            return VersionOutdated(
                f"{version} was built from other files than this process has read",
                hint="start it again, so that it reads them anew",
            )
        return VersionOutdated(
            f"{version} was built from another definition than the one in the files",
            hint="rebuild the index, or put the definition back",
        )
