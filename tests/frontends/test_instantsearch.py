"""InstantSearch, Autocomplete and React InstantSearch on Algolia's wire."""

import re

import pytest
from playwright.sync_api import Page, expect


def choose(page: Page, container: str, name: str) -> None:
    """Check or uncheck a value of a refinement list."""
    page.locator(f"{container} label").filter(
        has_text=re.compile(rf"^\s*{re.escape(name)}")
    ).click()


def test_a_shop_of_widgets(open_page) -> None:
    """Two disjunctive lists, a range, an order: counts stay those of what might be chosen next."""
    page = open_page("instantsearch").page
    stats = page.locator("#stats")
    expect(stats).to_contain_text("14 results")
    choose(page, "#brand", "Samsung")
    expect(stats).to_contain_text("2 results")
    choose(page, "#brand", "Volt")
    expect(stats).to_contain_text("4 results")
    expect(page.locator("#brand")).to_contain_text("Fleet & Sons")
    choose(page, "#tags", "phone")
    expect(stats).to_contain_text("2 results")
    expect(page.locator("#tags")).to_contain_text("tablet")
    page.locator("#price input").first.fill("100")
    page.locator("#price button").click()
    expect(stats).to_contain_text("1 result")
    expect(page.locator("#hits h2")).to_have_text(["Samsung Galaxy S24"])


def test_places_open_level_by_level(open_page) -> None:
    """A hierarchical menu over a field of type path."""
    page = open_page("instantsearch").page
    menu = page.locator("#categories")
    menu.get_by_role("link", name=re.compile("^Electronics")).click()
    expect(page.locator("#stats")).to_contain_text("6 results")
    menu.get_by_role("link", name=re.compile("^Phones")).click()
    expect(page.locator("#stats")).to_contain_text("4 results")
    menu.get_by_role("link", name=re.compile("^Chargers")).click()
    expect(page.locator("#hits h2")).to_have_text(["Phone Charger USB-C"])


def test_words_are_marked_and_stay_text(open_page) -> None:
    """The widget escapes what the wire gives as it is."""
    page = open_page("instantsearch").page
    page.get_by_role("searchbox").first.press_sequentially("notebook", delay=20)
    expect(page.locator("#hits h2").first).to_have_text("Notebook <b>Pro</b> & Pen")
    expect(page.locator("#hits mark").first).to_have_text("Notebook")
    assert page.locator("#hits h2 b").count() == 0


def test_values_of_a_facet_are_searched(open_page) -> None:
    """In the list that is searchable."""
    page = open_page("instantsearch").page
    page.locator("#tags input[type=search]").fill("kit")
    expect(page.locator("#tags li")).to_have_count(1)
    expect(page.locator("#tags li")).to_contain_text("kitchen")
    choose(page, "#tags", "kitchen")
    expect(page.locator("#stats")).to_contain_text("2 results")


def test_an_order_is_an_index_of_its_own(open_page) -> None:
    """The sort that the mapping names `cheapest`."""
    page = open_page("instantsearch").page
    page.locator("#sort select").select_option("products_cheapest")
    expect(page.locator("#hits h2").first).to_have_text("Notebook <b>Pro</b> & Pen")


def test_the_official_client_and_more_widgets(open_page) -> None:
    """Endless hits, a menu, a switch, snippets and what is refined."""
    page = open_page("endless").page
    hits = page.locator("#hits li")
    expect(hits).to_have_count(6)
    page.get_by_role("button", name="Show more results").click()
    expect(hits).to_have_count(12)
    page.locator("#stock input").check()
    expect(page.locator("#stats")).to_contain_text("11 results")
    page.locator("#menu a").filter(has_text="Volt").click()
    expect(hits).to_have_count(2)
    expect(page.locator("#refinements")).to_contain_text("Volt")
    page.get_by_role("searchbox").press_sequentially("headphones", delay=20)
    expect(page.locator("#hits i mark").first).to_have_text("Headphones")
    expect(page.locator("#hits i").first).to_contain_text("…")


@pytest.mark.parametrize("environment", ["production", "development"])
def test_completions(open_page, environment: str) -> None:
    """Queries that people search for, beside products, in Autocomplete, of which it asks more."""
    page = open_page("autocomplete", environment=environment).page
    box = page.locator("input.aa-Input")
    box.press_sequentially("phone", delay=20)
    options = page.get_by_role("option")
    expect(options.filter(has_text="phone case")).to_be_visible()
    expect(page.locator(".product").first).to_contain_text("Phone")
    expect(page.locator(".product mark").first).to_have_text("Phone")
    page.get_by_role("option").filter(has_text="phone case").click()
    expect(box).to_have_value(re.compile("phone case"))


def test_a_bundle_that_is_no_module(open_page) -> None:
    """As bundlers make it unless they are told otherwise; it has no address of its own."""
    page = open_page("instantsearch", format="iife").page
    expect(page.locator("#stats")).to_contain_text("14 results")


def test_react(open_page) -> None:
    """The same widgets as React's components."""
    page = open_page("react").page
    stats = page.locator(".ais-Stats")
    expect(stats).to_contain_text("14 results")
    page.get_by_role("searchbox").press_sequentially("phone", delay=20)
    expect(page.locator(".ais-Hits mark").first).to_be_visible()
    page.get_by_role("searchbox").fill("")
    choose(page, ".ais-RefinementList >> nth=0 >>", "Samsung")
    expect(stats).to_contain_text("2 results")
    choose(page, ".ais-RefinementList >> nth=0 >>", "Apple")
    expect(stats).to_contain_text("4 results")
    page.get_by_role("combobox").select_option("products_cheapest")
    expect(page.locator(".ais-Hits li").first).to_contain_text("Apple iPhone 15 Case")
