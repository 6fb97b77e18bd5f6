"""Calls written as text, such as "leaky_relu(0.1)", to a name and settings: read, never evaluated."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from netviz.catalog.functions.kinds import REQUIRED, Parameter
from netviz.errors import UsageError

LONGEST = 300
"""Characters of a call; Python's own parser takes more time and stack than this is worth for much longer ones."""

PACKAGES = ("keras", "tf", "tensorflow", "activations", "losses", "layers", "ops", "nn")
"""What may stand before the name of a function: keras.activations.relu."""


@dataclass(frozen=True, slots=True)
class Written:
    """A call as it was written: the name, positional and named arguments."""

    name: str
    args: tuple[object, ...] = ()
    kwargs: tuple[tuple[str, object], ...] = ()


def written_call(text: str) -> Written | None:
    """The name and the arguments of a call; of a bare name no arguments; None for what is neither.

    Raises UsageError for an argument that is no plain value.
    """
    if len(text) > LONGEST:
        return None
    try:
        node: ast.expr = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    call = node if isinstance(node, ast.Call) else None
    name = _name(node.func if isinstance(node, ast.Call) else node)
    if name is None or call is None:
        return None if name is None else Written(name)
    args = tuple(_literal(name, argument) for argument in call.args)
    kwargs = []
    for keyword in call.keywords:
        if keyword.arg is None:
            raise UsageError(f"{name}: an argument without a name in {text!r}", _PLAIN)
        kwargs.append((keyword.arg, _literal(name, keyword.value)))
    return Written(name, args, tuple(kwargs))


_PLAIN = "Arguments are numbers, True, False, None or text: leaky_relu(0.1), relu(max_value=6)."


def _name(node: ast.expr) -> str | None:
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return parts[0] if all(part in PACKAGES for part in parts[1:]) else None


def _literal(name: str, node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise UsageError(f"{name}: {ast.unparse(node)} is no plain value", _PLAIN) from error


def settings_of(
    name: str, parameters: Sequence[Parameter], args: Sequence[object], kwargs: Mapping[str, object]
) -> tuple[dict[str, object], tuple[str, ...]]:
    """Every parameter with its value, and the names of those that are typical values, not stated and not Keras's.

    Raises UsageError for arguments that there are not, are missing, or are beyond what Keras takes.
    """
    known = [parameter.name for parameter in parameters]
    takes = f"Its parameters are {', '.join(known)}." if known else "It takes no parameters."
    if len(args) > len(known):
        raise UsageError(f"{name} takes {_number(len(known))}, not {len(args)}", takes)
    given = dict(zip(known, args, strict=False))
    for key, value in kwargs.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            raise UsageError(f"{name} has no parameter {key!r}", f"Did you mean {near[0]}? {takes}" if near else takes)
        if key in given:
            raise UsageError(f"{name}: {key} is given twice", "Give it once.")
        given[key] = value
    settings: dict[str, object] = {}
    typical = []
    required = [parameter for parameter in parameters if parameter.default is REQUIRED]
    missing = [parameter.name for parameter in required if parameter.name not in given]
    if missing and given:
        raise UsageError(f"{name}: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing", takes)
    for parameter in parameters:
        if parameter.name not in given and parameter.default is REQUIRED:
            typical.append(parameter.name)
            settings[parameter.name] = parameter.typical
            continue
        value = given.get(parameter.name, parameter.default)
        complaint = parameter.complaint(value)
        if complaint:
            raise UsageError(f"{name}: {parameter.name} {complaint}, not {value!r:.40}", _stated(parameter))
        is_number = parameter.kind == "number" and isinstance(value, int | float)
        settings[parameter.name] = float(value) if is_number else value  # type: ignore[arg-type]
    return settings, tuple(typical)


def _number(count: int) -> str:
    return {0: "no arguments", 1: "one argument"}.get(count, f"{count} arguments")


def _stated(parameter: Parameter) -> str:
    if parameter.default is REQUIRED:
        return "Keras has no default for it."
    return f"Keras's default is {parameter.default}."


def near_names(name: str, known: Collection[str]) -> str:
    """A hint with the names that are like the one given; "" where none is."""
    by_lower = {one.lower(): one for one in sorted(known, reverse=True)}
    near = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(by_lower[one] for one in near)}?" if near else ""
