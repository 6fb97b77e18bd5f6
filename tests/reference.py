"""The reference of the commands as Markdown, from what click knows of them: the README holds it between two markers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import click

SHARED_BY = 4
"""Options that so many commands have in the very same form stand in one table."""


def command_reference(group: click.Group) -> str:
    """A section per command (usage, what it does, its options), and one of the options that many share."""
    rows = {name: [_row(option) for option in _options(command)] for name, command in group.commands.items()}
    counts = Counter(row for found in rows.values() for row in found)
    shared = [row for row, count in counts.items() if count >= SHARED_BY]
    parts = [_section(name, command, rows[name], shared) for name, command in group.commands.items()]
    return "\n\n".join([*parts, f"### Shared options\n\n{_table(shared)}"])


def _options(command: click.Command) -> list[click.Option]:
    return [parameter for parameter in command.params if isinstance(parameter, click.Option)]


def _section(name: str, command: click.Command, rows: list[str], shared: list[str]) -> str:
    context = click.Context(command, info_name=f"netviz {name}")
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    text = "\n\n".join(_prose(" ".join(part.split())) for part in (command.help or "").split("\n\n"))
    parts = [f"### netviz {name}", f"    {usage}", text, _table(row for row in rows if row not in shared)]
    others = [row.split("|")[1].strip() for row in rows if row in shared]
    if others:
        parts.append(f"And of the [shared options](#shared-options) {', '.join(others)}.")
    return "\n\n".join(parts)


def _table(rows: Iterable[str]) -> str:
    return "\n".join(["| option | values | what it does |", "|---|---|---|", *rows])


def _row(option: click.Option) -> str:
    """Its names, its values (choices, or what stands for one; "…" where it may be given several times) and its help."""
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts) if name.startswith("-"))
    values = _values(option) + (", several times" if option.multiple else "")
    words = _prose(option.help or "")
    if option.required:
        words += " Required."
    if option.secondary_opts and option.default is not None:
        words += f" Default: `{(option.opts if option.default else option.secondary_opts)[0]}`."
    elif option.show_default:
        words += f" Default: `{_default(option)}`."
    return f"| {names} | {values} | {words} |"


def _values(option: click.Option) -> str:
    if option.is_flag:
        return ""
    if isinstance(option.type, click.Choice):
        return ", ".join(f"`{choice}`" for choice in option.type.choices)
    named = option.metavar or option.type.name.removesuffix(" range").upper()
    low, high = getattr(option.type, "min", None), getattr(option.type, "max", None)
    within = ""
    if low is not None and high is not None:
        within = f" ({'over ' if getattr(option.type, 'min_open', False) else ''}{low} to {high})"
    elif low:
        within = f" ({low} or more)"
    return f"`{named}`{within}".replace("|", "\\|")


def _default(option: click.Option) -> str:
    return f"{option.default:g}" if isinstance(option.default, float) else str(option.default)


def _prose(text: str) -> str:
    """Help text as Markdown: options and what is written in quotes are code."""
    text = re.sub(r"(?<![\w`-])(--?[a-z][a-z-]*(?: (?:DIR|FILE)(?:\.\w+)?| \w+\.svg)?)", r"`\1`", text)
    text = re.sub(r"(?<!\w)'([^']+)'", r"`\1`", text)
    return text.replace("|", "\\|").replace("<", "&lt;")
