"""From along and across the flow to paper: the one place that knows which way a figure runs."""

from __future__ import annotations

from dataclasses import dataclass

from netviz.render.figure.picture import Point
from netviz.render.layout.geometry import Direction


@dataclass(frozen=True, slots=True)
class Turn:
    """Gives the point of the paper for (along, across); across grows to the bottom, or to the right."""

    direction: Direction

    @property
    def sideways(self) -> bool:
        """Whether the flow runs from left to right or back."""
        return self.direction in ("LR", "RL")

    def __call__(self, along: float, across: float) -> Point:
        forward = along if self.direction in ("LR", "TB") else -along
        return (forward, across) if self.sideways else (across, forward)
