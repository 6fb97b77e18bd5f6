"""Operations on images, in both layouts, with and without a batch axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import ops
from keras.src.ops.image import SobelEdges

from tests.catalog.draws import LENGTH
from tests.catalog.oracle import agrees, tensor, tried

LAYOUT = st.sampled_from(["channels_last", "channels_first"])
Image = tuple[Any, dict[str, Any]]


def image(data: st.DataObject, *, known: bool = True, batched: bool | None = None) -> Image:
    """An image or a batch of them, and the setting that goes with its layout."""
    layout = data.draw(LAYOUT)
    axes = [data.draw(st.integers(4, 9) if known else LENGTH) for _ in range(2)]
    shape = (*axes, 3) if layout == "channels_last" else (3, *axes)
    if data.draw(st.booleans()) if batched is None else batched:
        shape = (data.draw(st.sampled_from([None, 3])), *shape)
    return tensor(shape), {"data_format": layout}


def with_points(call: Callable[..., Any], shape: tuple[int, ...], count: int) -> Callable[[st.DataObject], Any]:
    """A call on images and for each of them so many lists of numbers of that shape."""

    def made(data: st.DataObject) -> Any:
        images, layout = image(data)
        batch = images.shape[:-3]
        return call(images, *(tensor((*batch, *shape)) for _ in range(count)), **layout)

    return made


def plain(call: Callable[..., Any], **options: Any) -> Callable[[st.DataObject], Any]:
    """A call on images alone."""

    def made(data: st.DataObject) -> Any:
        images, layout = image(data)
        return call(images, **options, **layout)

    return made


def framed(call: Callable[..., Any], word: str, target: st.SearchStrategy[int]) -> Callable[[st.DataObject], Any]:
    """A call that cuts or pads: for each axis two of both ends and the target, whose size may not be known."""

    def made(data: st.DataObject) -> Any:
        images, layout = image(data, known=data.draw(st.booleans()))
        options = {}
        for axis, ends in (("height", ("top", "bottom")), ("width", ("left", "right"))):
            keys = [f"{end}_{word}" for end in ends]
            values = {keys[0]: data.draw(st.integers(0, 2)), keys[1]: data.draw(st.integers(0, 2))}
            if left_out := data.draw(st.sampled_from([None, *keys])):
                del values[left_out]
                values[f"target_{axis}"] = data.draw(target)
            options.update(values)
        return call(images, **options, **layout)

    return made


def similar(data: st.DataObject) -> Any:
    images, layout = image(data)
    return ops.image.ssim(images, images, filter_size=3, **layout)


def edges(data: st.DataObject) -> Any:
    images, layout = image(data, batched=True)
    return SobelEdges(**layout)(images)


CALLS: dict[str, Callable[[st.DataObject], Any]] = {
    "AffineTransform": with_points(ops.image.affine_transform, (8,), 1),
    "PerspectiveTransform": with_points(ops.image.perspective_transform, (4, 2), 2),
    "ElasticTransform": plain(ops.image.elastic_transform),
    "GaussianBlur": plain(ops.image.gaussian_blur),
    "CropImages": framed(ops.image.crop_images, "cropping", st.integers(1, 4)),
    "PadImages": framed(ops.image.pad_images, "padding", st.integers(9, 14)),
    "MapCoordinates": lambda data: ops.image.map_coordinates(
        tensor((5, 6)), tensor((2, *data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=2)))), order=1
    ),
    "ScaleAndTranslate": lambda data: ops.image.scale_and_translate(
        tensor((3, 4, 4, 2)), (3, data.draw(st.integers(1, 9)), 8, 2), tensor((2,)), tensor((2,)), (1, 2), "linear"
    ),
    "SobelEdges": edges,
    "SSIM": similar,
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_stated(name: str, data: st.DataObject) -> None:
    agrees(tried(lambda: CALLS[name](data)))
