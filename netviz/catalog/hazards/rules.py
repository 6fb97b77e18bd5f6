"""The rules by which a serialised object is judged: each gives a note for what it knows to be more than a layer."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from netviz.catalog.hazards.names import (
    DANGEROUS_BUILTINS,
    KERAS_PACKAGES,
    REGISTERED_BY_KERAS,
    SAFE_MODE_OFF,
    is_foreign,
    is_modeling,
    of_keras,
)
from netviz.catalog.hazards.objects import Serialized, quoted
from netviz.catalog.hazards.tensorflow import TENSOR_CLASSES, computes, reaches
from netviz.model import Note

Rule: TypeAlias = Callable[[Serialized], Iterator[Note]]

TYPED = re.compile(r"(?P<key>function|output_shape|mask|mode|output_mask|arguments)_type")
"""In the old form of a config this setting says what the one without `_type` is: code ("lambda") or a name."""

INTERNED = re.compile(rb"[\xda\xfaZz]([\x02-\x3f])")
"""How a short text begins in marshalled code: its type and its length. Source: Python/marshal.c."""

MOST_NAMES = 6

ELSEWHERE = re.compile(r"\w[\w+.-]*://")
LEADING_OUT = re.compile(r"/|\\\\|[A-Za-z]:[/\\]|(?:.*[/\\])?\.\.(?:[/\\]|$)", re.DOTALL)
"""Names that lead out of a folder they are joined to: absolute ones, shares, drives, and any with `..` in it."""

MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)

DATA = frozenset({
    "__bytes__", "__complex__", "__ellipsis__", "__keras_tensor__", "__lambda__", "__numpy__", "__slice__",
    "__tensor__", "__tuple__",
})  # fmt: skip
"""Classes that stand for values: nothing is looked up for them."""

PLAIN_NAME = re.compile(r"(?:\w[\w -]*(?:[./]\w[\w -]*)*)?", re.ASCII)
"""What `layer_name` need not look at."""

OP_NAME = re.compile(r'"op"\s*:\s*"(\w+)"')


def python_lambda(found: Serialized) -> Iterator[Note]:
    """Compiled Python as Keras 3 writes it."""
    yield _code(found, found.place() or "It", found.config.get("code", found.config.get("value")))


def typed_function(found: Serialized) -> Iterator[Note]:
    """Compiled Python, or the name of a function, in a layer's settings as Keras 1 and 2 wrote them."""
    settings = found.config
    types = {typed["key"]: kind for key, kind in settings.items() if (typed := TYPED.fullmatch(str(key)))}
    if "function" not in types and isinstance(settings.get("function"), list):
        types["function"] = "lambda"
    for setting, kind in types.items():
        value = settings.get(setting)
        if kind == "lambda":
            yield _code(found, found.place("config", setting), value)
        elif kind == "function" and isinstance(value, str):
            module = settings.get("module" if setting == "function" else f"{setting}_module")
            note = judged(found, module if isinstance(module, str) else None, value)
            yield note or found.note(
                "info", "lambda-function", f"It calls {quoted(value)}, a function that the file does not hold."
            )


def _code(found: Serialized, place: str, value: object) -> Note:
    while isinstance(value, Mapping):
        value = value.get("items", value.get("code", value.get("value")))
    if isinstance(value, list):
        value = value[0] if value else None
    return found.note("danger", "lambda-code", f"{place} holds compiled Python code{_described(value)}.")


def _described(value: object) -> str:
    """Size of marshalled code, and names in it, found without decoding it as code."""
    if not isinstance(value, str):
        return ""
    try:
        data = base64.b64decode(value, validate=False)
    except (binascii.Error, ValueError):
        return ""
    names: dict[str, None] = {}
    for text in INTERNED.finditer(data):
        name = data[text.end() : text.end() + text[1][0]]
        if name.isascii() and (written := name.decode("ascii")).isidentifier():
            names[written] = None
        if len(names) == MOST_NAMES:
            break
    return f" ({len(data):,} bytes{'; it names ' + ', '.join(names) if names else ''})"


def looked_up(found: Serialized) -> Iterator[Note]:
    """What Keras looks up by module and name, to call it or to make an object of it."""
    if found.class_name in DATA:
        return
    notes = [note for name in found.lookups if (note := judged(found, found.module, name)) is not None]
    if not notes and found.registered and found.registered not in REGISTERED_BY_KERAS:
        message = f"{quoted(found.registered)} is needed to load it, code that the file does not hold."
        notes.append(found.note("info", "custom-object", message))
    dangers = [note for note in notes if note.severity == "danger"]
    yield from (dangers or notes)[:1]


def judged(found: Serialized, module: str | None, name: str) -> Note | None:
    """The note for a name in a module, None for one of which models are made."""
    if module is None:
        return None
    whole = f"{quoted(f'{module}.{name}')}{f' ({found.at})' if found.at else ''}"
    is_function = found.class_name == "function" or not name[:1].isupper()
    own = of_keras(module, name)
    package, _, rest = module.partition(".")
    if own is not None and own.rpartition(".")[2] == SAFE_MODE_OFF:
        return found.note("danger", "safe-mode-off", f"{whole} is called, which switches off Keras's own protection.")
    if (own is not None and not is_modeling(own)) or (package in KERAS_PACKAGES and is_function):
        return found.note("danger", "keras-function", f"{whole} is called, which is no part of any model.")
    if own is not None or (package == "tensorflow" and found.class_name == "__typespec__" and name.endswith("Spec")):
        return None
    if module == "builtins":
        dangerous = name in DANGEROUS_BUILTINS
        return (
            found.note("danger", "foreign-object", f"{whole} is called, a function of Python.") if dangerous else None
        )
    if is_foreign(module) or (package == "tensorflow" and not computes(f"{rest}.{name}".lstrip("."))):
        return found.note("danger", "foreign-object", f"{whole} is called, which is no part of Keras.")
    if is_function and package not in ("__main__", "tensorflow"):
        message = f"{whole} is called; functions that Keras saves have no module."
        return found.note("danger", "foreign-object", message)
    is_lookalike = package.lower() in ("keras", "tf_keras", "tensorflow") and package != "tensorflow"
    if is_lookalike or not MODULE.fullmatch(module):
        return found.note(
            "danger", "foreign-object", f"{whole} is called, whose module is none that Python would write."
        )
    return found.note("info", "custom-object", f"{whole} is needed to load it, code that the file does not hold.")


def vocabulary(found: Serialized) -> Iterator[Note]:
    """A vocabulary that is not in the file: a path or an address, read when Keras makes the layer."""
    file = found.config.get("vocabulary")
    if not isinstance(file, str) or not file:
        return
    how = "fetched over the network" if ELSEWHERE.match(file) else "read from this machine"
    place = found.place("config", "vocabulary")
    yield found.note("danger", "vocabulary-outside", f"{place} is {quoted(file)}, which is {how}.")


def saved_model(found: Serialized) -> Iterator[Note]:
    """A SavedModel in a folder elsewhere."""
    file = found.config.get("filepath")
    where = quoted(file) if isinstance(file, str) else "a folder that it does not state"
    yield found.note("danger", "saved-model-outside", f"TFSMLayer loads and runs the SavedModel in {where}.")


def torch_module(found: Serialized) -> Iterator[Note]:
    """A pickled module of PyTorch."""
    yield found.note("danger", "pickle-inside", "TorchModuleWrapper holds a pickled module; unpickling runs code.")


def tensorflow_function(found: Serialized) -> Iterator[Note]:
    """A function of TensorFlow that a layer of Keras 2 looks up by name."""
    function = found.config.get("function")
    if isinstance(function, str) and not computes(function):
        message = f"{found.class_name} calls {quoted('tf.' + function)}, which is known to compute nothing of a model."
        yield found.note("danger", "tensorflow-function", message)


def tensorflow_method(found: Serialized) -> Iterator[Note]:
    """A method of a class of TensorFlow that a layer of Keras 2 looks up by name."""
    symbol = found.config.get("cls_symbol")
    if isinstance(symbol, str) and symbol not in TENSOR_CLASSES:
        message = f"{found.class_name} calls a method of {quoted('tf.' + symbol)}, which is no tensor."
        yield found.note("danger", "tensorflow-function", message)


def tensorflow_op(found: Serialized) -> Iterator[Note]:
    """An operation of TensorFlow, written out as a node of its graph."""
    node = found.config.get("node_def")
    names = [node.get("op")] if isinstance(node, Mapping) else OP_NAME.findall(node) if isinstance(node, str) else []
    for op in names:
        if isinstance(op, str) and reaches(op):
            message = f"{found.class_name} runs {quoted(op)}, which reaches beyond the tensors of the model."
            yield found.note("danger", "tensorflow-function", message)


def layer_name(found: Serialized) -> Iterator[Note]:
    """A layer's name that leads to another folder where it becomes a path, or that does not read as it is written."""
    name = found.name
    if LEADING_OUT.match(name):
        message = f"The name {quoted(name)} leads to another folder where Keras makes a path of it."
        yield found.note("danger", "path-in-name", message)
    elif not name.isprintable():
        message = "The name holds characters that are invisible or change how it reads."
        yield found.note("warning", "name-deceptive", message)


BY_CLASS: Mapping[str, Rule] = {
    "__lambda__": python_lambda,
    "Lambda": typed_function,
    "Merge": typed_function,  # of Keras 1
    "TFSMLayer": saved_model,
    "TorchModuleWrapper": torch_module,
    "TFOpLambda": tensorflow_function,
    "SlicingOpLambda": tensorflow_function,
    "ClassMethod": tensorflow_method,
    "TensorFlowOpLayer": tensorflow_op,
}
"""The rules for the classes that can do more than compute, by the last word of the name."""

BY_SETTING: Mapping[str, Rule] = {"vocabulary": vocabulary}
"""The rules for settings, whatever the class."""


def notes_on(found: Serialized) -> Iterator[Note]:
    """What all the rules say of one object."""
    yield from looked_up(found)
    for own in dict.fromkeys(name.rpartition(".")[2] for name in (found.class_name, *found.lookups)):
        if own in BY_CLASS:
            yield from BY_CLASS[own](found)
    for setting in BY_SETTING.keys() & found.config.keys():
        yield from BY_SETTING[setting](found)
    if found.name:
        yield from layer_name(found)
