"""What netviz knows about the classes of Keras: which family, what they store, what shape comes out.

All of it is data and small pure functions over configs and shapes. The catalog knows nothing of files
and imports neither Keras nor numpy, but for `functions`, which computes activations and losses for the plots alone.
"""

from __future__ import annotations

from netviz.catalog import keras_1
from netviz.catalog.kinds import LayerKind
from netviz.catalog.layers import LAYERS
from netviz.catalog.layers.retired import RETIRED
from netviz.catalog.operations import OPERATIONS
from netviz.catalog.registry import registered
from netviz.catalog.tensorflow_functions import KINDS as FUNCTIONS
from netviz.catalog.tensorflow_nodes import KINDS as NODES

KERAS = ("keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras")


LAYERS_OF_KERAS_2 = {**RETIRED, **{kind.class_name: kind for kind in (*FUNCTIONS, *NODES)}}
"""Those that Keras 3 no longer has."""


def find(class_name: str | None, module: str | None) -> LayerKind | None:
    """The row of one of Keras's own classes, or of one that was registered; None for any other class.

    A class of another module that has the name of one of Keras's is another class. Operations (module
    "keras.src.ops.numpy", ...) have rows apart from the layers of the same name.
    """
    if class_name is None:
        return None
    if module is None or not any(module == package or module.startswith(f"{package}.") for package in KERAS):
        return registered(class_name, module)
    if module == keras_1.MODULE:
        return keras_1.KERAS_1.get(class_name)
    return (
        OPERATIONS.get(class_name)
        if "ops" in module.split(".")
        else LAYERS.get(class_name) or LAYERS_OF_KERAS_2.get(class_name)
    )
