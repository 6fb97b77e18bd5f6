"""Cases of HOSTILE.md: dangerous content. Each is read, has its own code and the layer's path, and runs nothing.

`layers` and `models` are for whoever wants such configs without a file.
"""

from __future__ import annotations

import base64
import json
import marshal
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.hostile.case import Case
from tests.hostile.small import Json, dense, keras, layer, legacy, old_sequential, put, sequential

GARBAGE = base64.b64encode(b"\xff\xfe garbage that is no code \x00").decode()
MARK = "netviz-hostile-ran"
"""What the code of the cases would create in the working folder if it ran."""


def marshalled() -> str:
    """A real function as Keras stores one: its marshalled code in base64."""
    code = compile(f"lambda x: __import__('os').system('touch {MARK}') or x", "<lambda>", "eval").co_consts[0]
    return base64.b64encode(marshal.dumps(code)).decode()


def python(code: object) -> Json:
    return {"class_name": "__lambda__", "config": {"code": code, "defaults": None, "closure": None}}


def function(module: str, name: str, **kwargs: object) -> Json:
    return {"module": module, "class_name": "function", "config": name, "registered_name": name, **kwargs}


def lambda_layer(name: str = "evil", code: str | None = None) -> Json:
    return layer("Lambda", name, function=python(marshalled() if code is None else code), arguments={})


def torch_wrapper() -> Json:
    written = layer("TorchModuleWrapper", "evil", "keras.src.utils.torch_utils")
    written["config"]["module"] = base64.b64encode(b"PK\x03\x04").decode()
    return written


def old_lambda(name: str = "evil", code: str | None = None) -> Json:
    """A Lambda as Keras 2 wrote it."""
    written = [marshalled() if code is None else code, None, None]
    config = {"name": name, "trainable": True, "dtype": "float32", "function": written, "function_type": "lambda"}
    config |= {"module": "__main__", "output_shape": None, "output_shape_type": "raw", "arguments": {}}
    return {"class_name": "Lambda", "config": config}


def layers() -> Mapping[str, tuple[Json, str, str]]:
    """By the name of the danger: a layer that has it, the code of its note and the path of the layer in a model."""
    get_file = {"fname": "x", "origin": "http://127.0.0.1:9/x"}
    return {
        "lambda-garbage": (lambda_layer(code=GARBAGE), "lambda-code", "evil"),
        "lambda-real": (lambda_layer(), "lambda-code", "evil"),
        "lambda-not-text": (layer("Lambda", "evil", function=python(7)), "lambda-code", "evil"),
        "lambda-nested-model": (sequential(lambda_layer(), name="inner"), "lambda-code", "inner/evil"),
        "lambda-time-distributed": (
            layer("TimeDistributed", "outer", layer=lambda_layer()),
            "lambda-code",
            "outer/evil",
        ),
        "lambda-bidirectional": (
            layer(
                "Bidirectional", "outer", layer=lambda_layer(), merge_mode="concat", backward_layer=lambda_layer("back")
            ),
            "lambda-code",
            "outer/evil",
        ),
        "lambda-activation": (dense("evil", activation=python(marshalled())), "lambda-code", "evil"),
        "os-system": (layer("system", "evil", "os"), "foreign-object", "evil"),
        "os-system-initializer": (
            dense(
                "evil",
                kernel_initializer={"module": "os", "class_name": "system", "config": {"command": f"touch {MARK}"}},
            ),
            "foreign-object",
            "evil",
        ),
        "get-file-function": (
            layer("Lambda", "evil", function=function("keras.utils", "get_file")),
            "keras-function",
            "evil",
        ),
        "get-file-kwargs": (
            {
                **dense("evil"),
                "inbound_nodes": [
                    {
                        "args": [],
                        "kwargs": {
                            "x": {**function("keras.utils", "get_file"), "config": get_file, "class_name": "get_file"}
                        },
                    }
                ],
            },
            "keras-function",
            "evil",
        ),
        "unsafe-deserialization": (
            layer("Lambda", "evil", function=function("keras.config", "enable_unsafe_deserialization")),
            "safe-mode-off",
            "evil",
        ),
        "vocabulary-file": (layer("StringLookup", "evil", vocabulary="/etc/passwd"), "vocabulary-outside", "evil"),
        "vocabulary-address": (
            layer("StringLookup", "evil", vocabulary="http://127.0.0.1:9/v"),
            "vocabulary-outside",
            "evil",
        ),
        "vocabulary-integer": (layer("IntegerLookup", "evil", vocabulary="/etc/passwd"), "vocabulary-outside", "evil"),
        "vocabulary-text": (layer("TextVectorization", "evil", vocabulary="../v.txt"), "vocabulary-outside", "evil"),
        "tfsm-layer": (layer("TFSMLayer", "evil", filepath="/tmp/evil"), "saved-model-outside", "evil"),
        "torch-module": (torch_wrapper(), "pickle-inside", "evil"),
        "layer-named-up": (dense("../../x"), "path-in-name", "../../x"),
    }


def compiled() -> Mapping[str, tuple[Json, str]]:
    """By name: what a model is compiled with that is dangerous, and the code of the note."""
    return {
        "compile-loss": ({"optimizer": "adam", "loss": function("os", "system")}, "foreign-object"),
        "compile-metric": (
            {"optimizer": "adam", "loss": "mse", "metrics": [function("builtins", "eval")]},
            "foreign-object",
        ),
        "compile-lambda": ({"optimizer": "adam", "loss": python(marshalled())}, "lambda-code"),
        "compile-get-file": ({"optimizer": "adam", "loss": function("keras.utils", "get_file")}, "keras-function"),
    }


def models() -> Mapping[str, tuple[Json, str, str]]:
    """By name: a whole config in the form of Keras 3, the code of its note and the layer's path."""
    found = {name: (sequential(dense("first"), evil), code, path) for name, (evil, code, path) in layers().items()}
    for name, (settings, code) in compiled().items():
        found[name] = (sequential(compile_config=settings), code, "")
    return found


def old_models() -> Mapping[str, tuple[Json, str, str]]:
    """The same in the form of Keras 2, where that can say it."""
    nested = {"class_name": "Sequential", "config": {"name": "inner", "layers": [old_lambda()]}}
    timed = {"class_name": "TimeDistributed", "config": {"name": "outer", "layer": old_lambda()}}
    either = {"class_name": "Bidirectional", "config": {"name": "outer", "layer": old_lambda(), "merge_mode": "concat"}}
    evil = {
        "lambda-garbage": (old_lambda(code=GARBAGE), "lambda-code", "evil"),
        "lambda-real": (old_lambda(), "lambda-code", "evil"),
        "lambda-nested-model": (nested, "lambda-code", "inner/evil"),
        "lambda-time-distributed": (timed, "lambda-code", "outer/evil"),
        "lambda-bidirectional": (either, "lambda-code", "outer/evil"),
        "vocabulary-file": (old_form("StringLookup", vocabulary="/etc/passwd"), "vocabulary-outside", "evil"),
        "tfsm-layer": (old_form("TFSMLayer", filepath="/tmp/evil"), "saved-model-outside", "evil"),
        "layer-named-up": (old_form("ReLU", name="../../x"), "path-in-name", "../../x"),
    }
    found = {}
    for name, (written, code, path) in evil.items():
        model = old_sequential()
        model["config"]["layers"].append(written)
        found[name] = (model, code, path)
    return found


def old_form(class_name: str, name: str = "evil", **config: object) -> Json:
    return {"class_name": class_name, "config": {"name": name, "trainable": True, "dtype": "float32", **config}}


def _cases() -> Mapping[str, Case]:
    cases = {}
    for form, found in (("keras", models()), ("h5", old_models()), ("json", models())):
        for name, (config, code, _) in found.items():
            cases[f"content-{name}-{form}"] = Case(f"content-{name}-{form}", _maker(form, config), "W", codes=(code,))
    return cases


WRITERS: Mapping[str, Callable[[Json], bytes | str]] = {"keras": keras, "h5": legacy, "json": json.dumps}


def _maker(form: str, config: Json) -> Callable[[Path], Path]:
    return lambda folder: put(folder, f"m.{form}", WRITERS[form](config))


CASES = _cases()
PATHS = {
    f"content-{name}-{form}": path
    for form, found in (("keras", models()), ("h5", old_models()), ("json", models()))
    for name, (_, _, path) in found.items()
}
"""The path that the note of each case names."""
