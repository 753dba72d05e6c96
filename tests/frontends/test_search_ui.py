"""Elastic's Search UI with its own connector, configured as docs/frontends.md says."""

import re

from playwright.sync_api import expect


def test_a_search_is_typed_refined_sorted_and_paged(open_page) -> None:
    """Two disjunctive facets add up, a range narrows; each facet goes on telling the others."""
    page = open_page("search_ui").page
    expect(page.locator("#count")).to_have_text("1-5 of 14")
    brands, tags, prices = (page.get_by_role("group", name=n) for n in ("brand", "tags", "price"))
    page.get_by_label("Samsung (2)").check()
    expect(page.locator("#count")).to_have_text("1-2 of 2")
    page.get_by_label("Volt (2)").check()
    expect(page.locator("#count")).to_have_text("1-4 of 4")
    expect(brands.get_by_label("Apple (2)")).to_be_visible()
    tags.get_by_label(re.compile("^phone")).check()
    expect(page.locator("#count")).to_have_text("1-2 of 2")
    expect(tags.get_by_label("tablet (1)")).to_be_visible()
    expect(brands.get_by_label("Apple (1)")).to_be_visible()
    expect(prices.get_by_label("500 and more (1)")).to_be_visible()
    prices.get_by_label("up to 100 (1)").check()
    expect(page.locator("#results li")).to_have_text([re.compile("Phone Charger USB-C")])
    expect(prices.get_by_label("500 and more (1)")).to_be_visible()
    prices.get_by_label("up to 100 (1)").uncheck()
    expect(page.locator("#count")).to_have_text("1-2 of 2")


def test_orders_and_pages(open_page) -> None:
    """By a field in the direction that is asked for, or by a sort that the mapping names."""
    page = open_page("search_ui").page
    page.get_by_label("Sort").select_option("price")
    first = page.locator("#results li").first
    expect(first).to_have_text("Apple iPhone 15 899")
    page.get_by_label("Sort").select_option("cheapest")
    expect(first).to_have_text("Notebook <b>Pro</b> & Pen 9")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#count")).to_have_text("6-10 of 14")


def test_words_are_marked_and_completed_as_one_types(open_page) -> None:
    """Highlights and completions are safe HTML; what matched nothing is shown as it is."""
    page = open_page("search_ui").page
    page.get_by_label("Search").press_sequentially("samsung gal", delay=20)
    expect(page.locator("#results mark").first).to_have_text("Samsung")
    completions = page.locator("#completions")
    expect(completions).to_contain_text("Samsung Galaxy S24")
    page.get_by_label("Search").fill("sams")
    expect(completions.locator("li").first).to_have_text("Samsung")
    expect(completions.locator("mark").first).to_have_text("Samsung")
    page.get_by_label("Search").fill("ph")
    expect(completions).to_contain_text("phone case")
    page.get_by_label("Search").fill("notebook")
    expect(page.locator("#results li").first).to_contain_text("Notebook <b>Pro</b> & Pen")


def test_what_is_refused_is_told(open_page) -> None:
    """A filter of a shared URL on a field that is not there: the page says that it failed."""
    visit = open_page("search_ui")
    expect(visit.page.locator("#count")).to_have_text("1-5 of 14")
    query = "filters[0][field]=prise&filters[0][type]=all&filters[0][values][0]=x"
    visit.page.goto(f"{visit.server.url}/shop/?{query}")
    expect(visit.page.locator("#error")).to_contain_text("Bad Request")
    visit.allow("400")
