"""Writes the files beside it: the forms of weights alone that tests/fixtures has none of.

`by_name.h5` is what `save_weights` of Keras 2 writes (the group `model_weights` of a whole model, as the whole file),
`shards.*` are weights that Keras has spread over files.
"""

from __future__ import annotations

from pathlib import Path

import h5py
import keras
import numpy as np

HERE = Path(__file__).parent
WHOLE = HERE.parent.parent / "fixtures" / "keras-2.2.4" / "mlp.h5"


def main() -> None:
    with h5py.File(WHOLE) as whole, h5py.File(HERE / "by_name.h5", "w") as target:
        target.attrs.update(whole["model_weights"].attrs)
        for name in whole["model_weights"]:
            whole.copy(f"model_weights/{name}", target)
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((12,)), *(keras.layers.Dense(12, name=f"d{place}") for place in range(3))])
    for variable in model.variables:
        variable.assign(np.arange(variable.value.numpy().size, dtype="float32").reshape(variable.shape))
    model.save_weights(HERE / "shards.weights.json", max_shard_size=1200 / 2**30)


if __name__ == "__main__":
    main()
