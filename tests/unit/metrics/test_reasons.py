"""Reasons of reloads: each that there is has its word, and nothing that it names is in it."""

from pathlib import Path

import pytest

from aqueduct.metrics.reasons import OTHER, REASONS, reason_class

_TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("asked for", "asked"),
        ("asked for: a new certificate, backend x added", "asked"),
        ("drift: backend web: server a is not there", "drift"),
        ("it is not known what HAProxy runs: it does not answer", "unknown"),
        ("HAProxy did not tell what became of a reload", "unknown"),
        ("HAProxy was reloaded by somebody else: what it runs is not known", "unknown"),
        ("HAProxy refused 'add server a/b 1.2.3.4:5': no", "live_failed"),
        ("the change could not be made live: no answer", "live_failed"),
        ("backend web is not as it was changed: weight 3", "live_failed"),
        ("frontend web added", "section_added"),
        ("backend a changed, frontend web added and 7 more", "section_added"),
        ("backend a removed, backend b changed", "section_removed"),
        ("global changed", "section_changed"),
        ("backend web changed and 12 more", "section_changed"),
        ("backend web: server a/b changed", "servers"),
        ("backend web: servers with a host name are not resolved when they are added live", "servers"),
        ("more than 5,000 commands would be needed", "servers"),
        ("[ALERT] whatever HAProxy says", OTHER),
    ],
)
def test_words(reason: str, word: str) -> None:
    assert reason_class(reason) == word
    assert word in REASONS


def test_every_reason_of_the_planner_has_a_word() -> None:
    lines = [line for file in _TRANSCRIPTS.glob("*.txt") for line in file.read_text().splitlines()]
    reasons = [line.removeprefix("reload: ") for line in lines if line.startswith("reload: ")]
    assert len(set(reasons)) > 10
    assert {reason for reason in reasons if reason_class(reason) == OTHER} == set()
    assert {reason_class(reason) for reason in reasons} >= {"section_added", "section_changed", "servers"}
