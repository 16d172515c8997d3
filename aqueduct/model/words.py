"""HAProxy's lines: which words they are made of, and how a word is quoted to be safe in one.

These are the only such rules in Aqueduct (HAProxy configuration manual, section 2.2, "Quoting and
escaping"; the corners are as HAProxy 2.6 and 2.8 do them). Invariants: `split(quote(word)) == [word]`
for every word without control characters, and what `quote` returns is always one word of one line.

Two departures, both on the safe side: `$NAME` in double quotes is taken as it stands, since the
environment is HAProxy's to read, and a backslash at the end of a line is refused instead of kept.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

SECTIONS = frozenset(
    {
        *("acme", "backend", "cache", "crt-store", "defaults", "fcgi-app", "frontend", "global", "haterm"),
        *("http-errors", "listen", "log-forward", "log-profile", "mailers", "namespace_list", "peers"),
        *("program", "resolvers", "ring", "traces", "userlist"),
    }
)
"""First words that begin a section, in every version so far (HAProxy configuration manual, section 2.1)."""

MOST_WORDS = 64
"""Of a line: HAProxy's MAX_LINE_ARGS."""

_TOKEN = re.compile(
    r"""
      (?P<blank>   [ \t\n\v\f\r]+ )
    | (?P<comment> \#.* )
    | '(?P<strong> [^']* )'
    | "(?P<weak>   (?: [^"\\] | \\. )* )"
    | (?P<bare>    (?: [^ \t\n\v\f\r\#'"\\] | \\ (?: [ "'\#\\] | (?= [^ "'\#\\] ) ) )+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_BLANKS = " \t\n\v\f\r"
_USUAL_FIRST = re.compile(r"""[ \t\n\v\f\r]*([^ \t\n\v\f\r#'"\\\0]+)(?:[ \t\n\v\f\r]|\Z)""")
_END_OF_FIRST = re.compile(r"""[ \t\n\v\f\r#'"\\]""")
_BETWEEN_BLANKS = re.compile(r"[^ \t\n\v\f\r]+")
_ESCAPE = re.compile(r"""\\(?:x(?P<hex>.{0,2})|(?P<char>[ "'#\\nrt$]))""", re.DOTALL)
_HEX = re.compile(r"[0-9a-fA-F]{2}")
_BARE = re.compile(r"[A-Za-z0-9_./:@%+=,*()\[\]{}<>&|;!?~^-]+")
_NAMED = {"n": "\n", "r": "\r", "t": "\t"}
_OTHER_BREAKS = frozenset("\u2028\u2029")


def split(line: str) -> list[str]:
    """Return the words of `line` as HAProxy's parser would; ValueError tells what is wrong with it."""
    return list(_split(line))


@lru_cache(maxsize=4_096)
def _split(line: str) -> tuple[str, ...]:
    words = tuple(islice(_words(line), MOST_WORDS + 1))
    if len(words) > MOST_WORDS:
        raise ValueError(f"too many words: HAProxy takes {MOST_WORDS} in a line")
    return words


def words_of(line: str) -> list[str]:
    """Return the words of a line; of one that HAProxy would refuse, what its blanks make of it."""
    try:
        return split(line)
    except ValueError:
        return _BETWEEN_BLANKS.findall(line)


def first_word(line: str) -> str:
    r"""Return the keyword of a line, "" where it has none. HAProxy's strings end at a NUL.

    What decides by keywords must ask here: `"bi"nd` and `bi\x6ed` are `bind` to HAProxy, and a
    Unicode blank is a letter.
    """
    usual = _USUAL_FIRST.match(line)
    if usual is not None:
        return usual[1]
    text = line.lstrip(_BLANKS)
    plain = _END_OF_FIRST.split(text, maxsplit=1)[0]
    escaped = text[len(plain) :].startswith(("'", '"', "\\"))
    return (_unescaped_first(text) if escaped else plain).partition("\0")[0]


@lru_cache(maxsize=1_024)
def _unescaped_first(text: str) -> str:
    try:
        return next(_words(text), "")
    except ValueError:
        return str(_BETWEEN_BLANKS.findall(text)[0])


def quote(word: str) -> str:
    """Return `word` as it has to stand in a line to be taken for exactly itself.

    Bare where it needs no quotes, else in single quotes, within which HAProxy interprets nothing.
    ValueError for a word with a control character: no line can hold it.
    """
    if _BARE.fullmatch(word):
        return word
    if has_control(word):
        raise ValueError(f"control characters cannot be written in a line: {word!r}")
    return "'" + word.replace("'", "'\"'\"'") + "'"


def has_control(text: str) -> bool:
    """Tell whether `text` holds a control character, or another that some reader takes for a line's end."""
    if text.isprintable():
        return False
    return any(unicodedata.category(char) == "Cc" or char in _OTHER_BREAKS for char in text)


def _words(line: str) -> Iterator[str]:
    """Iterate over the words of `line`, reading no further than it is asked for."""
    stretches: list[str] = []
    position = 0
    while position < len(line):
        token = _token_at(line, position)
        position = token.end()
        if token.lastgroup not in ("comment", "blank"):
            stretches.append(_meaning(token))
            continue
        if stretches:
            yield _decoded("".join(stretches))
            stretches = []
        if token.lastgroup == "comment":
            return
    if stretches:
        yield _decoded("".join(stretches))


def _token_at(line: str, position: int) -> re.Match[str]:
    token = _TOKEN.match(line, position)
    if token is not None:
        return token
    if line[position] == "\\":
        raise ValueError("a backslash at the end: it must stand before the character that it escapes")
    raise ValueError(f"an unbalanced quote: the {line[position]} at character {position + 1} must be closed")


def _meaning(token: re.Match[str]) -> str:
    """Return what a quoted or bare stretch of a word stands for. In single quotes it is itself."""
    match token.lastgroup:
        case "weak":
            return _ESCAPE.sub(_unescaped, token["weak"])
        case "bare":
            return _ESCAPE.sub(_unescaped_outside, token["bare"])
        case _:
            return token["strong"]


def _unescaped(escape: re.Match[str]) -> str:
    digits = escape["hex"]
    if digits is None:
        return _NAMED.get(escape["char"], escape["char"])
    if not _HEX.fullmatch(digits):
        raise ValueError(
            f"a truncated or invalid hexadecimal sequence: \\x{digits} must be \\x and two digits"
        )
    return bytes.fromhex(digits).decode("ascii", "surrogateescape")


def _unescaped_outside(escape: re.Match[str]) -> str:
    return escape[0] if escape["char"] == "$" else _unescaped(escape)


def _decoded(word: str) -> str:
    try:
        return word.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        raise ValueError("the bytes of a \\xNN sequence are no text: they must be UTF-8") from None
