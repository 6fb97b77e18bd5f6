"""Names made of classes are the ones that Keras makes."""

from __future__ import annotations

import keras
from hypothesis import given
from hypothesis import strategies as st
from keras.src.utils.naming import to_snake_case

from netviz.catalog.layers import LAYERS
from netviz.catalog.naming import group_names, snake_case


@given(st.text(alphabet="abXYZ19_-<é", max_size=12))
def test_any_name(name: str) -> None:
    assert snake_case(name) == to_snake_case(name)


def test_names_of_layers() -> None:
    assert [snake_case(name) for name in LAYERS] == [to_snake_case(name) for name in LAYERS]
    assert snake_case("PReLU") == "p_re_lu" == keras.layers.PReLU(name=None).name.rstrip("_0123456789")


def test_groups_are_counted_per_class() -> None:
    assert group_names(["Dense", "ReLU", "Dense", "Dense"]) == ["dense", "re_lu", "dense_1", "dense_2"]
