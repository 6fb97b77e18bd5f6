"""Names told apart: what a SavedModel calls the same may be two things."""

from __future__ import annotations


class Distinct:
    """Gives each name once: where one comes again it gets a number ("kernel#2").

    Counts on from the last number of each name, so that thousands of one name take no longer than others.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def __call__(self, name: str) -> str:
        """The name, or the next of its numbers that is free."""
        unique = name
        while unique in self._last:
            self._last[name] += 1
            unique = f"{name}#{self._last[name]}"
        self._last[unique] = 1
        return unique
