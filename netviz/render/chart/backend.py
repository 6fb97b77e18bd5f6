"""matplotlib, imported whatever backend the environment asks for: before any other module here imports it.

Importing it fails where MPLBACKEND names a backend that is not installed, as in a shell command of a notebook. No
picture needs one.
"""

from __future__ import annotations

import os
import sys


def load_matplotlib() -> None:
    """Imports matplotlib with the backend that MPLBACKEND asks for, or with its own choice where that is not there."""
    if "matplotlib" in sys.modules:
        return
    wanted = os.environ.pop("MPLBACKEND", None)
    try:
        import matplotlib
    finally:
        if wanted is not None:
            os.environ["MPLBACKEND"] = wanted
    if wanted:
        try:
            matplotlib.rcParams["backend"] = wanted
        except ValueError:
            return


load_matplotlib()
