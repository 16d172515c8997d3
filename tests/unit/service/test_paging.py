"""Pages are bounded by count and size, and go on where the last one ended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqueduct.errors import Invalid
from aqueduct.service.paging import MAX_BYTES, page
from aqueduct.v1.backend_pb2 import Member


def named(key: str) -> Member:
    return Member(host=key)


@given(st.sets(st.text(min_size=1)), st.integers(1, 5))
def test_the_pages_together_are_the_list(keys: set[str], size: int) -> None:
    ordered, found, token = sorted(keys), [], ""
    while True:
        part = page(ordered, named, size, token)
        found += [member.host for member in part.items]
        if not part.next_token:
            break
        assert len(part.items) == size
        token = part.next_token
    assert found == ordered


def test_a_page_goes_on_behind_a_key_that_was_deleted_meanwhile() -> None:
    token = page(["a", "b", "c"], named, 2, "").next_token
    assert [member.host for member in page(["a", "c", "d"], named, 2, token).items] == ["c", "d"]


def test_a_page_ends_before_it_is_too_large_but_has_at_least_one_item() -> None:
    large = Member(host="x" * (MAX_BYTES // 2))
    huge = Member(host="x" * (MAX_BYTES + 1))
    assert len(page(["a", "b", "c"], lambda _: large, 0, "").items) == 1
    assert len(page(["a", "b"], lambda _: huge, 0, "").items) == 1


@pytest.mark.parametrize("token", ["?", "YQ", "ÿ", "/w=="])
def test_a_token_not_of_ours_is_refused(token: str) -> None:
    with pytest.raises(Invalid, match="page_token"):
        page(["a"], named, 1, token)


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(Invalid, match="page_size"):
        page(["a"], named, -1, "")
