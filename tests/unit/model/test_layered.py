"""A layered dictionary is what a copied one would be, order included; what it was made of stays as it was."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from aqueduct.model.layered import Layered, changed

_BASE = {f"k{number}": number for number in range(300)}
_CHANGES = st.dictionaries(
    st.sampled_from([f"k{number}" for number in range(0, 320, 7)]), st.none() | st.integers(), max_size=8
)


@given(st.lists(_CHANGES, max_size=80))
def test_it_is_what_a_copy_would_be(steps: list[dict[str, int | None]]) -> None:
    made: Mapping[str, int] = _BASE
    expected = dict(_BASE)
    kept = []
    for step in steps:
        made = changed(made, step)
        expected |= {key: value for key, value in step.items() if value is not None}
        for key in [key for key, value in step.items() if value is None]:
            expected.pop(key, None)
        assert {key: made.get(key) for key in step} == {key: expected.get(key) for key in step}
        assert [key in made for key in step] == [key in expected for key in step]
        kept.append((made, list(expected.items())))
    for each, items in kept:
        assert list(each.items()) == items
        assert (list(each), list(each.keys()), len(each)) == (
            [key for key, _ in items],
            [key for key, _ in items],
            len(items),
        )


def test_few_changes_of_many_entries_are_laid_over_them() -> None:
    one = changed(_BASE, {"k1": -1})
    two = changed(one, {"k2": -2, "new": -3})
    assert isinstance(two, Layered)
    assert (two["k1"], two["k2"], two["new"], two["k3"]) == (-1, -2, -3, 3)
    assert bool(two)
    assert two == {**_BASE, "k1": -1, "k2": -2, "new": -3}
    assert repr(one) == repr({**_BASE, "k1": -1})
    assert sum(two.values()) == sum(_BASE.values()) - 1 - 2 - 1 - 2 - 3


def test_no_change_is_no_copy() -> None:
    assert changed(_BASE, {}) is _BASE
