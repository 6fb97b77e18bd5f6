"""What netviz knows about the classes of Keras: which family, what they store, what shape comes out.

All of it is data and small pure functions over configs and shapes. The catalog knows nothing of files
and imports neither Keras nor numpy.
"""

from __future__ import annotations

from netviz.catalog.kinds import LayerKind
from netviz.catalog.layers import LAYERS
from netviz.catalog.operations import OPERATIONS

KERAS = ("keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras")


def find(class_name: str | None, module: str | None) -> LayerKind | None:
    """The row of one of Keras's own classes; None for any other class, also where it has the same name.

    Operations (module "keras.src.ops.numpy", ...) have rows apart from the layers of the same name.
    """
    if class_name is None or module is None:
        return None
    if not any(module == package or module.startswith(f"{package}.") for package in KERAS):
        return None
    return OPERATIONS.get(class_name) if "ops" in module.split(".") else LAYERS.get(class_name)
