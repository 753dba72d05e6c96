"""Allow-lists: what a key of some fields allows, and what a token of it leaves of that."""

import pytest

from searchsvc.access.tokens import PREFIX, read_token, write_token
from searchsvc.domain.allowlists import AllowLists, Use
from searchsvc.errors import BadKey, UsageError
from tests.support.keys import key_case

SHOP = AllowLists({"return": ("title", "price"), "facet": ("brand",), "highlight": ("title", "x")})


def test_a_use_without_a_list_has_that_of_what_is_returned() -> None:
    """And where that has none, it is not limited; nothing is marked that is not returned."""
    assert SHOP.fields(Use.FILTER) == {"title", "price"}
    assert SHOP.fields(Use.FACET) == {"brand"}
    assert SHOP.fields(Use.HIGHLIGHT) == {"title"}
    only = AllowLists({"filter": ("brand",)})
    assert only.fields(Use.FILTER) == {"brand"}
    assert [only.fields(use) for use in Use if use is not Use.FILTER] == [None] * 4
    assert AllowLists({"sort": ()}).fields(Use.SORT) == frozenset()


def test_two_lists_allow_what_both_do() -> None:
    """For each use, whichever of them limits it."""
    both = SHOP.within(
        AllowLists({"return": ("price", "cost"), "sort": ("title", "price", "cost")})
    )
    assert both.fields(Use.RETURN) == {"price"}
    assert both.fields(Use.SORT) == {"title", "price"}
    assert both.fields(Use.FACET) == frozenset()
    assert both.fields(Use.HIGHLIGHT) == frozenset()
    assert SHOP.within(AllowLists({})).fields(Use.FACET) == {"brand"}


def test_a_key_keeps_its_lists_and_a_token_narrows_them(tmp_path) -> None:
    """In the state store and offline; a token alone cannot widen anything."""
    with key_case(tmp_path) as made:
        secret = made.secret("shop", fields=SHOP)
        whole = made.secret("whole")
        (kept,) = [one for one in made.keys.store.api_keys() if one.name == "shop"]
        assert kept.fields == SHOP
        grants = [
            made.keyring.grant(one).restriction
            for one in (
                secret,
                write_token(secret),
                write_token(secret, fields={"return": ("title", "cost")}),
                write_token(whole, fields={"return": ("title", "cost")}),
                whole,
            )
        ]
        assert [one.fields.fields(Use.RETURN) for one in grants] == [
            {"title", "price"}, {"title", "price"}, {"title"}, {"title", "cost"}, None,
        ]  # fmt: skip
        assert len({one.mark for one in grants}) == 4  # a bare token allows what its key does
        assert made.keyring.grant(whole).restriction.mark == ""


@pytest.mark.parametrize(
    ("fields", "fault"),
    [({}, "name no use"), ({"show": ("title",)}, "a use 'show', and there are return, filter")],
)
def test_a_token_of_what_is_no_use_is_refused(fields, fault: str) -> None:
    """As it is made, and as it is read."""
    with pytest.raises(UsageError, match=fault):
        write_token("ssk_search_abc_def", fields=fields)


def test_a_token_whose_fields_are_no_lists_is_refused() -> None:
    """It may forbid something."""
    payload = "eyJrZXkiOiJhYmMiLCJmaWVsZHMiOnsicmV0dXJuIjoidGl0bGUifX0"
    with pytest.raises(BadKey, match="cannot be read"):
        read_token(f"{PREFIX}{payload}.AAAA")
