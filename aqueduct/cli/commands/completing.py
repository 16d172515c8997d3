"""What a shell completes: names of resources and members, asked of the server; nothing where it is down."""

from collections.abc import Callable, Iterable
from typing import Any, Final

import click
from click.shell_completion import CompletionItem

_PATIENCE: Final = 1.0
"""Seconds: somebody waits with a finger on the key."""
_KINDS: Final = ("frontends", "backends")
_SELECTIONS: Final = (*_KINDS, "members", "config")


def resources(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete `KIND/KEY`."""
    return _matching(_known(context, lambda names: names.resources()), incomplete)


def selections(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete what `get` takes: kinds, and `KIND/KEY`."""
    return _matching([*_SELECTIONS, *_known(context, lambda names: names.resources())], incomplete)


def backends(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the key of a backend."""
    return _matching(_known(context, lambda names: names.backends()), incomplete)


def members(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete a member of the backend that was named before."""
    key = context.params.get("key") or ""
    return _matching(_known(context, lambda names: names.members(key)), incomplete)


def _matching(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def _known(context: click.Context, ask: Callable[[Any], list[str]]) -> list[str]:
    from aqueduct.cli.client.known import Names

    try:
        with Names.of(context.params.get("server") or "127.0.0.1:10001", _PATIENCE) as names:
            return ask(names)
    except Exception:  # noqa: BLE001 # words on a terminal amid a line that is being typed help nobody
        return []
