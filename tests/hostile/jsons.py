"""Cases of HOSTILE.md: JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.hostile.case import Case, by_name
from tests.hostile.small import called, dense, functional, keras, layer, legacy, members, put, sequential, zipped

CHAINED = 100_000


def json_case(
    name: str,
    data: Callable[[], bytes | str],
    outcome: str,
    says: tuple[str, ...] = (),
    codes: tuple[str, ...] = (),
    heavy: bool = False,
    file: str = "m.keras",
) -> Case:
    return Case(f"json-{name}", lambda folder: put(folder, file, data()), outcome, says, codes, heavy=heavy)


def text(change: Callable[[str], str | bytes]) -> Callable[[], bytes]:
    """A .keras file whose config.json is changed as a text."""
    return lambda: zipped({**members(), "config.json": change(json.dumps(sequential()))})


def of(config: Any) -> Callable[[], bytes]:
    return lambda: keras(config)


def named(name: str) -> Callable[[], bytes]:
    return of(sequential(dense(name)))


def chained() -> bytes:
    """A functional model of 100,000 layers in a row, each called on the one before."""
    layers = []
    before = "entrance"
    for number in range(CHAINED):
        name = f"a{number}"
        history = {
            "class_name": "__keras_tensor__",
            "config": {"shape": [None, 4], "dtype": "float32", "keras_history": [before, 0, 0]},
        }
        layers.append(
            {
                "module": "keras.layers", "class_name": "ReLU", "name": name, "config": {"name": name},
                "inbound_nodes": [{"args": [history], "kwargs": {}}],
            }
        )  # fmt: skip
        before = name
    return keras(functional(*layers, output=before))


def nested(depth: int) -> bytes:
    model = dense()
    for number in range(depth):
        model = sequential(model, name=f"m{number}")
    return keras(model)


def cycle(*names: str) -> bytes:
    """Layers that are called on one another in a ring."""
    ring = [called(layer("ReLU", name), names[number - 1]) for number, name in enumerate(names)]
    return keras(functional(*ring, output=names[-1]))


def units(value: str) -> Callable[[], bytes]:
    return text(lambda written: written.replace('"units": 3', f'"units": {value}'))


def version(value: str) -> Callable[[], bytes]:
    return lambda: keras(metadata=f'{{"keras_version": {value}}}')


NAMES = {
    "escape-sequences": "\x1b[31mred\x1b]0;title\x07",
    "newlines": "one\ntwo\r\nthree\u2028four",
    "right-to-left": "abc\u202ednuof\u202c",
    "script": "<script>alert(1)</script>",
    "mermaid": '"]; x[label=',
    "formula": "=cmd()",
    "bar": "a | b",
    "svg-end": "</svg>",
    "null": "a\0b",
    "empty": "",
}

CASES = by_name(
    json_case("100000-brackets", text(lambda _: "[" * 100_000), "E", ("JSON",)),
    json_case("100000-objects", text(lambda _: '{"a":' * 100_000), "E", ("JSON",)),
    json_case("nested-models", lambda: nested(190), "E or W"),
    json_case(
        "nan",
        text(lambda written: written.replace('"units": 3', '"units": 3, "x": NaN')),
        "W",
        codes=("json-not-finite",),
    ),
    json_case(
        "1e999",
        text(lambda written: written.replace('"units": 3', '"units": 3, "x": 1e999')),
        "W",
        codes=("json-not-finite",),
    ),
    json_case(
        "duplicate-keys",
        text(lambda written: written.replace('"units": 3', '"units": 5, "units": 3')),
        "W",
        codes=("json-key-twice",),
    ),
    json_case("bom", text(lambda written: b"\xef\xbb\xbf" + written.encode()), "E or W"),
    json_case("utf-16", text(lambda written: written.encode("utf-16")), "E or W"),
    json_case(
        "invalid-utf-8",
        text(lambda written: written.encode().replace(b"tiny", b"t\xff\xfey")),
        "E",
        ("config.json", "UTF-8"),
    ),
    json_case("lone-surrogate", text(lambda written: written.replace("tiny", "t\\ud800y")), "E or W"),
    json_case(
        "giant-number", text(lambda written: written.replace('"units": 3', '"units": ' + "9" * 10_000)), "E or W"
    ),
    json_case("top-level-list", text(lambda _: "[]"), "E", ("list",)),
    json_case("top-level-null", text(lambda _: "null"), "E", ("NoneType",)),
    json_case("top-level-string", text(lambda _: '"x"'), "E", ("str",)),
    json_case("empty-object", text(lambda _: "{}"), "E", ("class",)),
    json_case("config-null", of({**sequential(), "config": None}), "E or W"),
    json_case(
        "layers-object", of({**sequential(), "config": {"name": "m", "layers": {}}}), "W", codes=("config-unreadable",)
    ),
    json_case(
        "layers-of-nonsense", of({**sequential(), "config": {"name": "m", "layers": [None, 1, "x", [], {}]}}), "E or W"
    ),
    *(json_case(f"name-{key}", named(name), "W") for key, name in NAMES.items()),
    json_case("name-of-10-mb", named("n" * 10_000_000), "W"),
    json_case("two-layers-of-one-name", of(sequential(dense("a"), dense("a"))), "W", codes=("name-twice",)),
    json_case(
        "inbound-to-a-missing-layer",
        of(functional(called(dense("a"), "nowhere"), output="a")),
        "W",
        codes=("call-unreadable",),
    ),
    json_case("self-loop", lambda: cycle("a"), "W", codes=("call-unreadable",)),
    json_case("ring-of-two", lambda: cycle("a", "b"), "W", codes=("call-unreadable",)),
    json_case("100000-chained-layers", chained, "E or W", heavy=True),
    *(
        json_case(f"units-{value.strip('-')}{'-below-0' * (value[0] == '-')}", units(value), "W")
        for value in ("-1", '"4"', "1e30", "true")
    ),
    json_case("version-odd", version('"not a version"'), "W"),
    json_case("version-number", version("3"), "W"),
    json_case("version-list", version("[3, 15]"), "W"),
    json_case("version-missing", lambda: keras(metadata="{}"), "W"),
    json_case("metadata-missing", lambda: keras(metadata=None), "W"),
    json_case("metadata-damaged", lambda: keras(metadata="{"), "W", codes=("metadata-unreadable",)),
    json_case(
        "many-empty-lists",
        text(lambda written: written[:-1] + ', "x": [' + "[]," * 19_000_000 + "[]]}"),
        "E",
        ("config.json", "memory"),
        heavy=True,
    ),
    json_case(
        "emoji",
        text(lambda written: written[:-1].encode() + ', "x": "😀'.encode() + b"x" * 55_000_000 + b'"}'),
        "E or W",
        heavy=True,
    ),
    json_case("plain-file", lambda: json.dumps(sequential()), "W", file="m.json"),
    json_case("plain-file-brackets", lambda: '{"class_name": ' + "[" * 100_000, "E", ("JSON",), file="m.json"),
    json_case("model-config-brackets", lambda: legacy(model_config="[" * 60_000), "E", ("JSON",), file="m.h5"),
    json_case(
        "training-config-damaged", lambda: legacy(training_config="{"), "W", codes=("training-unreadable",), file="m.h5"
    ),
)
