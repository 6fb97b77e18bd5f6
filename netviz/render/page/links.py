"""Addresses inside of the page, as route.js writes and reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import quote, unquote

from markupsafe import Markup

from netviz.pages import LayerDetails
from netviz.render.escape import elide, visible

_PLAIN = "-_.!~*'()"
"""What encodeURIComponent leaves as it is, besides letters and digits."""


def layer_addresses(layers: Sequence[LayerDetails]) -> tuple[Markup, ...]:
    """For each layer "layer/" and its path; "?2" behind it for the second of those whose paths look the same."""
    met: dict[str, int] = {}
    addresses = []
    for layer in layers:
        path = "/".join(quote(part, safe=_PLAIN) for part in visible(elide(layer.path)).split("/"))
        met[path] = met.get(path, 0) + 1
        # Percent-encoded: nothing is left that means something in a quoted attribute.
        addresses.append(Markup(f"layer/{path}" + (f"?{met[path]}" if met[path] > 1 else "")))
    return tuple(addresses)


def addressed(addresses: Sequence[Markup]) -> Callable[[int | None], Markup | None]:
    """The address of a layer by its place, None for what is none; for templates."""
    return lambda place: None if place is None else addresses[place]


def row_anchor(address: Markup) -> Markup:
    """The id of the row that the address leads to where no script runs; for a quoted attribute."""
    return Markup(escape(unquote(address)))
