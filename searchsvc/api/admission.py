"""Lets requests in: by their keys, origins and rates, and as far as the route's needs allow."""

from collections.abc import Iterable
from typing import Any, Protocol

import falcon.asgi

from searchsvc.access.rates import SECONDS, Quota, Rates
from searchsvc.api.cors import (
    allow,
    answer_preflight,
    is_preflight,
    refuse_foreign,
    refuse_origin,
)
from searchsvc.api.credentials import credential_of
from searchsvc.api.request import ApiRequest
from searchsvc.api.routes import need_of
from searchsvc.domain.access import OPEN, Grant


class Door(Protocol):
    """What grants, by what a request carries."""

    @property
    def is_open(self) -> bool:
        """Whether no key is asked for."""
        ...

    @property
    def origins(self) -> frozenset[str]:
        """The origins of all keys."""
        ...

    def grant(self, credential: str | None) -> Grant:
        """Raises NoKey, BadKey, KeyExpired or StateError."""
        ...


class Admission:
    """Falcon middleware. `origins` are those that every key allows.

    A proxy that is trusted tells in `client_header` who asks.
    """

    def __init__(
        self, door: Door, rates: Rates, origins: Iterable[str] = (), client_header: str = ""
    ) -> None:
        self._door = door
        self._rates = rates
        self._origins = frozenset(origins)
        self._client_header = client_header

    async def process_resource(
        self, req: ApiRequest, resp: falcon.asgi.Response, _: object, params: dict[str, Any]
    ) -> None:
        """Find what the request may do, and refuse it where that is too little."""
        credential = credential_of(req)
        if req.method == "OPTIONS":
            if is_preflight(req):
                answer_preflight(resp)
            return
        need = need_of(req.uri_template)
        if need.role is None:
            return
        grant = self._door.grant(credential)
        if grant is OPEN:
            if need.is_more_than_a_search(req.method):
                refuse_foreign(req, self._origins)
            return
        req.grant = grant
        refuse_origin(req.get_header("Origin"), grant, self._origins)
        if grant.key is not None:
            client = req.client(self._client_header)
            req.quotas, refused = self._rates.take(grant.key, client)
            if refused is not None:
                raise refused
        need.check(req.method, grant, params)

    async def process_response(
        self, req: ApiRequest, resp: falcon.asgi.Response, _: object, __: bool
    ) -> None:
        """Say who may read the answer, and what is left of the rates."""
        if self._origins or not self._door.is_open:
            allow(req.get_header("Origin"), resp, self._readers(req.grant))
        if req.quotas:
            resp.set_header("RateLimit-Policy", _policies(req.quotas))
            resp.set_header("RateLimit", _left(req.quotas))

    def _readers(self, grant: Grant) -> frozenset[str]:
        """The origins that may read an answer; of a refusal without a key those of all keys."""
        if grant.key is None:
            return self._origins | self._door.origins
        return self._origins.union(grant.key.origins)


def _policies(quotas: Iterable[Quota]) -> str:
    """As draft-ietf-httpapi-ratelimit-headers has it."""
    return ", ".join(f'"{one.policy}";q={one.most};w={SECONDS}' for one in quotas)


def _left(quotas: Iterable[Quota]) -> str:
    return ", ".join(f'"{one.policy}";r={one.left};t={one.seconds}' for one in quotas)
