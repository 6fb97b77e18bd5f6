"""How Keras names things after classes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable


def snake_case(class_name: str) -> str:
    """The class name in snake case, as Keras names layers and groups in files: PReLU is "p_re_lu".

    Source: keras.src.utils.naming.to_snake_case.
    """
    name = re.sub(r"\W+", "", class_name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def group_names(class_names: Iterable[str]) -> list[str]:
    """The names of the groups of a container's items: "dense", "dense_1", ... counted per class.

    Source: keras.src.saving.saving_lib._save_container_state.
    """
    seen: Counter[str] = Counter()
    names = []
    for class_name in class_names:
        name = snake_case(class_name)
        names.append(f"{name}_{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return names
