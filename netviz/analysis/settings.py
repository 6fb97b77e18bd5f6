"""A layer's settings as a person reads them: one line each, nothing left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from netviz.model import Config

INLINE = 80
"""A serialised object that takes more characters than this is written setting by setting."""


def settings(config: Config, prefix: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each setting by name with its value as text, in the parts between which a line may be broken.

    A serialised object stands with its class and settings; a long one, such as the layer inside a wrapper, by its
    class, and its settings follow as "layer.units".
    """
    for key, value in config.items():
        name = f"{prefix}{key}"
        inner = _inner(value)
        text = setting_text(value)
        if inner is not None and len(text) > INLINE:
            yield name, (inner[0],)
            yield from settings(inner[1], f"{name}.")
        elif isinstance(value, list) and value:
            first, *others = map(setting_text, value)
            parts = [f"[{first}", *others]
            yield name, (*parts[:-1], f"{parts[-1]}]")
        else:
            yield name, (text,)


def setting_text(value: object) -> str:
    """A value on one line: strings plain, a serialised object as `Class(setting=value)`, all else as JSON.

    A policy of dtypes that has nothing but a name is the dtype of that name.
    """
    if isinstance(value, str):
        return value
    inner = _inner(value)
    if inner is not None:
        name = inner[1].get("name")
        if inner[0] == "DTypePolicy" and inner[1].keys() == {"name"} and isinstance(name, str):
            return name
        return f"{inner[0]}({', '.join(f'{key}={setting_text(item)}' for key, item in inner[1].items())})"
    return json.dumps(value, ensure_ascii=False)


def _inner(value: object) -> tuple[str, Config] | None:
    """Class and settings of a serialised object; None for any other value."""
    if not isinstance(value, Mapping) or not isinstance(value.get("class_name"), str):
        return None
    config = value.get("config")
    return value["class_name"], config if isinstance(config, Mapping) else {}
