"""keras.layers merging: several tensors become one."""

from __future__ import annotations

from collections.abc import Sequence

from netviz.catalog.costs import elementwise as costs
from netviz.catalog.costs.products import DOT_LAYER
from netviz.catalog.kinds import LayerKind
from netviz.catalog.outputs import of_shapes
from netviz.catalog.settings import axis_in, integer, integers
from netviz.catalog.shapes import joined
from netviz.model import Config, Shape


def stretched(first: Shape, second: Shape) -> Shape:
    """Both shapes stretched to one; unlike numpy's rule, an axis of any length stays one.

    Source: keras.src.layers.merging.base_merge.Merge._compute_elemwise_op_output_shape.
    """
    if len(first) < len(second):
        first, second = second, first
    ahead = len(first) - len(second)
    out = list(first[:ahead])
    for a, b in zip(first[ahead:], second, strict=True):
        if a is None or b is None:
            out.append(None)
        elif a != b and 1 not in (a, b):
            raise ValueError(f"cannot merge {first} with {second}")
        else:
            out.append(b if a == 1 else a)
    return tuple(out)


@of_shapes
def merged(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """All shapes stretched to one, the batch axis apart."""
    behind = shapes[0][1:]
    for shape in shapes[1:]:
        behind = stretched(behind, shape[1:])
    batches = {shape[0] for shape in shapes} - {None}
    return (batches.pop() if len(batches) == 1 else None, *behind)


@of_shapes
def concatenated(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """The lengths along `axis` added up."""
    return joined(shapes, integer(config, "axis", -1))


def contracted(axes: Sequence[int], first: Shape, second: Shape) -> tuple[int, int]:
    """The axes that Dot sums over, counted from the front."""
    left, right = axes if len(axes) == 2 else (axes[0], axes[0])
    return axis_in(left, len(first)), axis_in(right, len(second))


@of_shapes
def dotted(config: Config, shapes: tuple[Shape, ...]) -> Shape:
    """The axes of both but the ones summed over and the second batch axis; at least two.

    Source: keras.layers.Dot.compute_output_shape.
    """
    first, second = shapes
    left, right = contracted(integers(config.get("axes")), first, second)
    if 0 in (left, right):
        raise ValueError("the batch axis cannot be summed over")
    if first[left] != second[right]:
        raise ValueError(f"cannot multiply {first} by {second}")
    out = first[:left] + first[left + 1 :] + second[1:right] + second[right + 1 :]
    return out if len(out) > 1 else (*out, 1)


KINDS = (
    *(
        LayerKind(name, "merging", merged, cost=costs.MERGED)
        for name in ("Add", "Subtract", "Multiply", "Maximum", "Minimum")
    ),
    LayerKind("Average", "merging", merged, cost=costs.AVERAGED),
    LayerKind("Concatenate", "merging", concatenated, cost=costs.JOINED),
    LayerKind("Dot", "merging", dotted, cost=DOT_LAYER),
)
