"""What single calls cost: as models that have nothing but that call, and under the paths of a diagram."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from netviz.analysis.cost import ModelCost, cost_model
from netviz.analysis.diagram.scene import build_scene
from netviz.model import Model
from netviz.readers import read
from tests.models.zoo import ZOO


def alone(layer: Any, *shape: int | None) -> ModelCost:
    """The cost of a model that only calls the layer, on that shape."""
    entered = keras.Input(shape)
    return cost_model(read(keras.Model(entered, layer(entered))))


def test_each_opening_of_a_nested_model_has_its_own_costs() -> None:
    inner = keras.Sequential([keras.Input((None, 2)), keras.layers.Dense(5, name="inside")], name="inner")
    short, long = keras.Input((3, 2)), keras.Input((8, 2))
    both = keras.layers.Concatenate(axis=1)([inner(short), inner(long)])
    cost = cost_model(read(keras.Model([short, long], both)))
    for path, length in (("inner", 3), ("inner#2", 8)):
        own = alone(inner, length, 2)
        call, inside = cost.calls[path], cost.calls[f"{path}/inside"]
        assert (call.macs, call.flops) == (inside.macs, inside.flops) == (own.macs, own.flops)
        assert call.outputs == inside.outputs == ((1, length, 5),)
        assert call.activation_bytes == length * 5 * 4
    assert {layer.path: layer.outputs for layer in cost.layers}["inner/inside"] == ((1, 3, 5), (1, 8, 5))


def test_what_a_wrapper_repeats_is_told_for_all_steps() -> None:
    steps = keras.layers.TimeDistributed(keras.layers.Dense(4, name="each"), name="steps")
    cost = alone(steps, 7, 3)
    assert cost.calls["steps"].macs == cost.calls["steps/each"].macs == 7 * 3 * 4


def require_calls(model: Model, cost: ModelCost) -> None:
    """Every call of the diagram has a cost and no other; those of a layer add up to what the layer costs."""
    nodes = {node.id: node for node in build_scene(model).walk() if node.call is not None}
    assert set(cost.calls) == set(nodes)
    costs = {layer.path: layer for layer in cost.layers}
    sums: dict[str, list[int]] = {}
    for path, call in cost.calls.items():
        layer = nodes[path].layer
        assert layer is not None
        if call.macs is not None and call.flops is not None:
            found = sums.setdefault(layer.path, [0, 0])
            found[0] += call.macs
            found[1] += call.flops
        else:
            assert costs[layer.path].reason
    for path, (macs, flops) in sums.items():
        if costs[path].macs is not None:
            assert (costs[path].macs, costs[path].flops) == (macs, flops)


@pytest.mark.parametrize("name", ["shared_shapes", "nested", "siamese", "wrappers", "gpt", "bidirectional_gru"])
def test_the_calls_of_a_layer_add_up_to_it(name: str) -> None:
    model = read(ZOO[name]())
    require_calls(model, cost_model(model))
