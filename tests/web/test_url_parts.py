"""Addresses that others wrote break nothing."""

import pytest

from ivr.web.url_parts import count_in, url_parts

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("url", ["http://[::1", None, "", "//[", "http://a]b"])
def test_what_is_no_address_has_no_parts(url: str | None) -> None:
    assert url_parts(url).path in ("", "//[")


@pytest.mark.parametrize(
    ("url", "count"), [("/a?again=3", 3), ("/a", 0), ("/a?again=²", 0), ("/a?again=" + "9" * 5000, 0), ("http://[", 0)]
)
def test_a_number_in_a_query_is_read_where_it_is_one(url: str, count: int) -> None:
    assert count_in(url, "again") == count
