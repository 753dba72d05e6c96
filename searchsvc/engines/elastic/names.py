"""Which names indexes and versions have on a server: ours, behind the prefix that was set."""

from dataclasses import dataclass

from searchsvc.domain.index import IndexVersion


@dataclass(frozen=True, slots=True)
class Names:
    """Names behind `prefix`, so that several projects can share a cluster."""

    prefix: str = ""

    def alias(self, index: str) -> str:
        """The alias of an index: it points at the version that answers."""
        return f"{self.prefix}{index}"

    def of(self, version: IndexVersion) -> str:
        """The concrete index of a version."""
        return f"{self.prefix}{version.name}"

    def writes(self, version: IndexVersion) -> str:
        """The alias that writes go to: once it is gone with its version, none makes an index."""
        return f"{self.of(version)}.writes"

    def all(self, index: str) -> str:
        """A pattern that every version of an index matches, and perhaps others."""
        return f"{self.prefix}{index}-*"

    def version(self, name: str, index: str) -> IndexVersion | None:
        """The version of `index` that a concrete index is, None where it is none."""
        if not name.startswith(self.prefix):
            return None
        version = IndexVersion.parse(name.removeprefix(self.prefix))
        return version if version is not None and version.index == index else None
