"""Which Python names a config may state, and which have no place in one.

Keras looks up the name of every serialised object; before 3.9 it imported any module for it (CVE-2025-1550), before
3.11 it called any function of its own (CVE-2025-8747, CVE-2025-9906).
"""

from __future__ import annotations

import re
import sys

FAMILY = re.compile(r"(?:tensorflow\.(?:python\.)?)?(?:tf_)?keras(?:\.src|\.api|\._tf_keras(?:\.keras)?)*(?:\.|$)")
"""What stands before the names of Keras itself, under all the names that it has had."""

ROOMS_OF_CLASSES = frozenset({
    "distillation", "dtype_policies", "engine", "feature_column", "layers", "legacy", "legacy_tf_layers",
    "mixed_precision", "models", "optimizers", "premade_models", "quantizers", "trainers",
})  # fmt: skip
"""The rooms of Keras whose classes a config is made of; their functions load, copy or look up."""

ROOMS_OF_FUNCTIONS = frozenset({
    "activations", "backend", "constraints", "initializers", "losses", "metrics", "ops", "random", "regularizers",
})  # fmt: skip
"""Those whose functions may stand in one as well."""

ALSO_MODELING = frozenset({
    "applications.convnext.LayerScale", "applications.convnext.StochasticDepth",
    "applications.inception_resnet_v2.CustomScaleLayer", "export.tfsm_layer.TFSMLayer", "utils.jax_layer.FlaxLayer",
    "utils.jax_layer.JaxLayer", "utils.torch_utils.TorchModuleWrapper",
    "utils.FeatureSpace", "utils.feature_space.FeatureSpace", "utils.normalize", "utils.numerical_utils.normalize",
    "utils.to_categorical", "utils.numerical_utils.to_categorical",
})  # fmt: skip
"""Objects of other rooms that may stand in one."""

LOOKING_UP = frozenset({"clear_session", "deserialize", "from_config", "get", "serialize"})
"""Functions of these rooms that are none of a model."""

SAFE_MODE_OFF = "enable_unsafe_deserialization"

PREPROCESSING = re.compile(r"applications\.\w+(?:\.\w+)?\.(?:preprocess_input|decode_predictions)")
"""Functions for the data of an architecture, such as keras.applications.resnet.preprocess_input."""

DANGEROUS_BUILTINS = frozenset({
    "__import__", "breakpoint", "compile", "delattr", "eval", "exec", "execfile", "getattr", "globals", "input",
    "locals", "memoryview", "open", "setattr", "vars",
})  # fmt: skip
"""Python's own functions that no model is made of; `abs`, `max` and `sum` may be the names of a metric."""

FOREIGN_PACKAGES = frozenset({
    "IPython", "cloudpickle", "dill", "joblib", "numpy", "pandas", "pip", "pkg_resources", "requests", "scipy",
    "setuptools", "torch", "urllib3", "yaml",
})  # fmt: skip
"""Packages often installed beside Keras whose functions load files, fetch or run code; no config names one."""


def of_keras(module: str, name: str) -> str | None:
    """The name within Keras ("layers.Dense"), or None for one of another package."""
    whole = f"{module}.{name}"
    found = FAMILY.match(whole)
    return whole[found.end() :] if found else None


def is_modeling(name: str) -> bool:
    """Whether a config may be made of the object of Keras that has this name, such as "layers.Dense"."""
    room, _, rest = name.partition(".")
    own = name.rpartition(".")[2]
    if not rest or room in ROOMS_OF_CLASSES:  # keras.Model, keras.layers.Dense
        return own[:1].isupper()
    if room == "backend" and "." in rest:  # what lies deeper there is no function of models
        return own[:1].isupper()
    if room in ROOMS_OF_FUNCTIONS:
        return own not in LOOKING_UP
    return name in ALSO_MODELING or PREPROCESSING.fullmatch(name) is not None


STARTING_PYTHON = frozenset({"sitecustomize", "usercustomize"})
"""Modules that run code of a machine's own."""

REMOVED_FROM_PYTHON = frozenset({
    "StringIO", "__builtin__", "aifc", "asynchat", "asyncore", "audioop", "binhex", "cPickle", "cgi", "cgitb", "chunk",
    "commands", "crypt", "distutils", "dummy_threading", "formatter", "httplib", "imghdr", "imp", "lib2to3", "macpath",
    "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "parser", "pipes", "popen2", "smtpd", "sndhdr", "spwd",
    "sunau", "symbol", "telnetlib", "thread", "urllib2", "uu", "xdrlib",
})  # fmt: skip
"""Modules that some Python's own library has and this one's may not."""

REGISTERED_BY_KERAS = frozenset({
    f"Custom>{name}"
    for name in (
        "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lion", "LossScaleOptimizer", "Nadam",
        "RMSprop", "SGD",
    )
})  # fmt: skip
"""What Keras 2 calls its own optimizers, as if somebody else had registered them."""

KERAS_PACKAGES = frozenset({"keras_cv", "keras_hub", "keras_nlp", "keras_tuner"})
"""Packages beside Keras from which it takes classes without their being registered."""


def is_foreign(module: str) -> bool:
    """Whether a module is one of Python's own, or of a package that models are not made of."""
    package = module.partition(".")[0]
    return package in sys.stdlib_module_names or package in REMOVED_FROM_PYTHON | STARTING_PYTHON | FOREIGN_PACKAGES
