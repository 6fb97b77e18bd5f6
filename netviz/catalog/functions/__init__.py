"""What netviz knows of Keras's activations and losses: values, derivatives, formulas, ranges, where they come from.

The one part of the catalog that computes with numpy; nothing that reads a model imports it. A row per function of
`keras.activations` (`activations`) and of `keras.losses` (`losses`); `configs` finds the row that a config names.
"""

from __future__ import annotations
