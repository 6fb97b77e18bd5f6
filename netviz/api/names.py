"""Names and patterns as users give them: one, several, or one text with commas."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from netviz.errors import UsageError


def listed_names(names: object) -> tuple[str, ...] | None:
    """The names of a list, or of one string with commas, None for None; raises UsageError for what is neither."""
    if isinstance(names, str):
        return tuple(name.strip() for name in names.split(",") if name.strip())
    if names is None:
        return None
    if isinstance(names, Collection) and all(isinstance(name, str) for name in names):
        return tuple(names)
    raise UsageError(f"names are text, not {names!r:.80}", "Give a list of names, or one text with commas.")


def listed_patterns(patterns: object) -> tuple[str, ...]:
    """The pattern, or those of a list, as `netviz.graph` selects layers; raises UsageError for what is neither."""
    if isinstance(patterns, str):
        return (patterns,)
    if isinstance(patterns, Collection) and all(isinstance(one, str) for one in patterns):
        return tuple(patterns)
    raise UsageError(f"layers are named by text, not by {patterns!r:.80}", "Give one pattern, or a list of them.")


def annotation_pairs(given: Mapping[str, str] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Layers with their words, each on one line; raises UsageError for what are no such pairs, or no words."""
    hint = 'Give a dict such as {"conv1": "edges"}.'
    try:
        pairs = tuple((str(one), " ".join(str(text).split())) for one, text in dict(given).items())
    except (TypeError, ValueError) as error:
        raise UsageError(f"annotations are layers with words, not {given!r:.80}", hint) from error
    for layers, text in pairs:
        if not text:
            raise UsageError(f"there are no words for {layers!r:.80}", hint)
    return pairs
