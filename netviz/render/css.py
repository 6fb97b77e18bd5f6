"""The theme as CSS custom properties, so that no style sheet repeats a colour."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Literal

from netviz.render.colors import legible
from netviz.theme import FAMILY_COLORS, FATE_COLORS, FATE_SIGNS, SEVERITY_COLORS, TONES, Color, Mode

_LIGHT_HOSTS = ('body[data-jp-theme-light="true"]', "body.vscode-light")
_DARK_HOSTS = ('body[data-jp-theme-light="false"]', "body.vscode-dark", 'html[theme="dark"]')
"""How Jupyter, VS Code and Colab mark the page; what they say outdoes what the system prefers."""


def theme_css(scope: str, theme: Mode | Literal["auto"] = "auto") -> str:
    """Rules that set every colour as --netviz-<name> on `scope` (a selector), light or dark: as the reader has it, or
    always the same.

    `data-family` and `data-severity` on an element inside set --netviz-color to the colour of that meaning, and
    --netviz-text to the same for words, which need more contrast than a mark.
    """
    rules = _as_the_reader_has_it(scope) if theme == "auto" else [f"{scope} {{ {_properties(theme)} }}"]
    for attribute, names in (("data-family", FAMILY_COLORS), ("data-severity", SEVERITY_COLORS)):
        rules += [
            f'{scope} [{attribute}="{name}"]'
            f" {{ --netviz-color: var(--netviz-{name}); --netviz-text: var(--netviz-{name}-text); }}"
            for name in names
        ]
    return "\n".join(rules)


def _as_the_reader_has_it(scope: str, properties: Callable[[Mode], str] | None = None) -> list[str]:
    properties = properties or _properties
    light = ", ".join([scope, *(f"{host} {scope}" for host in _LIGHT_HOSTS)])
    dark = ", ".join(f"{host} {scope}" for host in _DARK_HOSTS)
    return [
        f"{light} {{ {properties('light')} }}",
        f"@media (prefers-color-scheme: dark) {{ {scope} {{ {properties('dark')} }} }}",
        f"{dark} {{ {properties('dark')} }}",
    ]


def fates_css(scope: str, theme: Mode | Literal["auto"] = "auto") -> str:
    """Rules for rows of the classes netviz-added, netviz-removed …: a sign, and its colour as --netviz-fate."""
    rules = _as_the_reader_has_it(scope, _fates) if theme == "auto" else [f"{scope} {{ {_fates(theme)} }}"]
    for fate, sign in FATE_SIGNS.items():
        if sign:
            row = f"{scope} tr.netviz-{fate}"
            rules.append(f"{row} {{ --netviz-fate: var(--netviz-{fate}); }}")
            rules.append(f'{row} > .netviz-cell:first-child::before {{ content: "{sign}"; }}')
    return "\n".join([*rules, asset("fates.css")])


def _fates(mode: Mode) -> str:
    """The colours of words for what became of a layer, legible also on the tint of a row."""
    grounds = (_of(TONES["paper"], mode), _of(TONES["tint"], mode))
    colors = (
        (fate, legible(_of(color, mode), grounds, _of(TONES["ink"], mode))) for fate, color in FATE_COLORS.items()
    )
    return " ".join(f"--netviz-{fate}: {color};" for fate, color in colors)


def host_scheme_css(scope: str) -> str:
    """Rules by which pictures at `scope` (a selector) are light or dark as the notebook is that they stand in."""
    return "\n".join(
        f"{', '.join(f'{host} {scope}' for host in hosts)} {{ color-scheme: {mode}; }}"
        for mode, hosts in (("light", _LIGHT_HOSTS), ("dark", _DARK_HOSTS))
    )


@cache
def asset(name: str) -> str:
    """The text of a file in render/assets."""
    return files("netviz.render").joinpath("assets", name).read_text(encoding="utf-8").strip()


def _properties(mode: Mode) -> str:
    tones = {name: _of(color, mode) for name, color in TONES.items()}
    meanings = chain[tuple[str, Color]](FAMILY_COLORS.items(), SEVERITY_COLORS.items())
    colors = {name: _of(color, mode) for name, color in meanings}
    texts = {
        f"{name}-text": legible(color, (tones["paper"], tones["tint"]), tones["ink"]) for name, color in colors.items()
    }
    every = chain[tuple[str, str]](tones.items(), colors.items(), texts.items())
    return f"color-scheme: {mode}; " + " ".join(f"--netviz-{name}: {color};" for name, color in every)


def _of(color: Color, mode: Mode) -> str:
    return color.light if mode == "light" else color.dark
