"""What is fed to models: files, pictures and numbers, against numpy, PIL and keras.applications."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from netviz.errors import NetvizError, SourceError, UsageError
from netviz.model import Endpoint, Shape, Tensor
from netviz.readers.pictures import PREPROCESSES, Preparation, checked_preparation
from netviz.readers.samples import Samples, read_inputs, require_there

PLAIN = Preparation()


def end(shape: Shape | None, dtype: str | None = "float32", name: str = "x") -> Endpoint:
    return Endpoint(name, Tensor(shape, dtype), None)


def one(x: object, shape: Shape | None, dtype: str | None = "float32", preparation: Preparation = PLAIN) -> Samples:
    (found,) = read_inputs(x, [end(shape, dtype)], (), preparation)
    assert found is not None
    return found


def values(samples: Samples) -> Any:
    return samples.take(0, samples.count)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_an_array_that_lacks_axes_of_length_one_gets_them(data: st.DataObject) -> None:
    """Whatever is left out of a right array is put back, if its batch or channel axis was of length 1."""
    inner = data.draw(st.lists(st.integers(2, 4), min_size=1, max_size=3))
    channels = data.draw(st.sampled_from([1, 5]))
    count = data.draw(st.sampled_from([1, 6]))
    whole = np.arange(count * int(np.prod(inner)) * channels, dtype="float32").reshape(count, *inner, channels)
    expected: Shape = (None, *inner, channels)
    cuts = [whole]
    cuts += [whole[0]] if count == 1 else []
    cuts += [whole[..., 0]] if channels == 1 else []
    for cut in cuts:
        samples = one(cut, expected)
        assert np.array_equal(values(samples), whole)
        assert bool(samples.said) == (cut.shape != whole.shape)


@pytest.mark.parametrize("shape", [(3, 9, 9, 1), (9, 9, 1), (8,), (2, 8, 8, 3), ()])
def test_another_shape_is_an_error_that_names_both(shape: tuple[int, ...]) -> None:
    with pytest.raises(UsageError) as error:
        one(np.zeros(shape), (None, 8, 8, 1))
    assert str(shape) in error.value.message and "(None, 8, 8, 1)" in error.value.message and error.value.hint


def test_whole_numbers_stay_whole_and_others_are_refused() -> None:
    tokens = values(one([[1.0, 2.0]], (None, 2), "int32"))
    assert tokens.dtype == np.int32 and tokens.tolist() == [[1, 2]]
    with pytest.raises(UsageError, match=r"whole numbers, and 1\.5"):
        values(one([[1.5, 2.0]], (None, 2), "int32"))


def test_texts_and_numbers_are_told_apart() -> None:
    assert values(one(["a", "b"], (None,), "string")).tolist() == ["a", "b"]
    assert values(one("a sentence, with commas", (None,), "string")).tolist() == ["a sentence, with commas"]
    assert values(one(["only one"], (None,), "string")).tolist() == ["only one"]
    with pytest.raises(UsageError, match="not texts"):
        one(["a", "b"], (None, 1))
    with pytest.raises(UsageError, match="not numbers"):
        one([1.0], (None,), "string")


@pytest.mark.parametrize("bad", [object(), [[1], [1, 2]], {1, 2}, None, 3 + 4j, np.zeros((0, 3))])
def test_what_is_no_input_is_an_error(bad: object) -> None:
    with pytest.raises(NetvizError):
        one(bad, (None, 3))


def test_files_of_numpy_and_of_text(tmp_path: Path) -> None:
    array = np.arange(12, dtype="float32").reshape(4, 3)
    np.save(tmp_path / "x.npy", array)
    np.savez(tmp_path / "x.npz", x=array, y=array + 1)
    np.savetxt(tmp_path / "x.csv", array, delimiter=",", header="a,b,c", comments="")
    np.savetxt(tmp_path / "x.txt", array)
    for name in ("x.npy", "x.npz", "x.csv", "x.txt"):
        assert np.array_equal(values(one(tmp_path / name, (None, 3))), array), name
    both = read_inputs(tmp_path / "x.npz", [end((None, 3)), end((None, 3), name="y")], (), PLAIN)
    assert [np.array_equal(values(found), array + place) for place, found in enumerate(both) if found] == [True, True]
    assert np.array_equal(values(one("0,1,2;3,4,5", (None, 3))), array[:2])


def hostile_files() -> dict[str, bytes]:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (1 << 50,)})
    pickled = io.BytesIO()
    np.save(pickled, np.array([{}], dtype=object))
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w") as archive:
        archive.writestr("x.npy", header.getvalue())
    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    picture = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + size
    picture += struct.pack(">I", zlib.crc32(b"IHDR" + size))
    return {
        "huge.npy": header.getvalue(),
        "pickle.npy": pickled.getvalue(),
        "cut.npy": header.getvalue()[:20],
        "empty.npy": b"",
        "huge.npz": bomb.getvalue(),
        "cut.npz": bomb.getvalue()[:-30],
        "words.csv": b"1,2\nfour,5\n",
        "ragged.csv": b"1,2\n3\n",
        "latin.txt": b"\xff\xfe1",
        "bomb.png": picture,
        "cut.png": b"\x89PNG\r\n\x1a\n",
        "text.jpg": b"no picture",
    }


@pytest.mark.parametrize("name", hostile_files())
def test_damaged_files_are_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(hostile_files()[name])
    picture = path.suffix in (".png", ".jpg")
    with pytest.raises(SourceError) as error:
        values(one(path, (None, 8, 8, 1) if picture else (None, 2)))
    assert str(path) in error.value.message and "\n" not in error.value.message


def test_inputs_by_name_and_in_order() -> None:
    ends = [end((None, 2), name="left"), end((None, 1), name="right")]
    left, right = np.ones((3, 2)), np.zeros((3, 1))
    for x in ([left, right], {"right": right, "left": left}):
        found = [values(samples) for samples in read_inputs(x, ends, (), PLAIN) if samples]
        assert [one.shape for one in found] == [(3, 2), (3, 1)]
    for bad, words in (
        ({"left": left}, "right"),
        ({"left": left, "rigth": right}, "rigth"),
        ([left], "1 arrays for 2"),
        (left, "one array for 2"),
        ([left, right[:2]], "left has 3, right has 2"),
    ):
        with pytest.raises(UsageError, match=words):
            read_inputs(bad, ends, (), PLAIN)
    assert read_inputs({"left": left}, ends, (1,), PLAIN)[1] is None


def picture(tmp_path: Path, mode: str, size: tuple[int, int]) -> tuple[Path, Any]:
    rng = np.random.default_rng(0)
    shape = (size[1], size[0]) if mode == "L" else (size[1], size[0], 3)
    pixels = rng.integers(0, 256, shape).astype("uint8")
    path = tmp_path / f"{mode}.png"
    Image.fromarray(pixels).save(path)
    return path, pixels


def test_pictures_are_grey_or_coloured_as_the_model_has_channels(tmp_path: Path) -> None:
    path, pixels = picture(tmp_path, "RGB", (6, 5))
    grey = np.asarray(Image.open(path).convert("L"), "float32")
    for shape, expected in (
        ((None, 5, 6, 3), pixels),
        ((None, None, None, 3), pixels),
        ((None, 3, 5, 6), np.moveaxis(pixels, -1, 0)),
        ((None, 5, 6, 1), grey[..., None]),
        ((None, 5, 6), grey),
    ):
        assert np.array_equal(values(one(path, shape)), expected[None].astype("float32")), shape


@pytest.mark.parametrize("way", ["bilinear", "nearest", "bicubic", "lanczos"])
def test_pictures_are_resized_as_pil_does_and_it_is_said(tmp_path: Path, way: str) -> None:
    path, _ = picture(tmp_path, "RGB", (9, 7))
    samples = one(path, (None, 4, 5, 3), preparation=checked_preparation(way, None, None))
    expected = Image.open(path).resize((5, 4), Image.Resampling[way.upper()])
    assert np.array_equal(values(samples)[0], np.asarray(expected, "float32"))
    assert f"resized 9×7 → 5×4 ({way})" in samples.said[0]
    with pytest.raises(SourceError, match="9×7 pixels, and the model takes 5×4"):
        one(path, (None, 4, 5, 3), preparation=checked_preparation("none", None, None))


@pytest.mark.parametrize("mode", PREPROCESSES)
def test_preprocessing_is_that_of_keras_applications(tmp_path: Path, mode: str) -> None:
    from keras.src.applications.imagenet_utils import preprocess_input

    path, pixels = picture(tmp_path, "RGB", (6, 5))
    preparation = checked_preparation("none", None, mode)
    expected = preprocess_input(pixels[None].astype("float32"), data_format="channels_last", mode=mode)
    np.testing.assert_allclose(values(one(path, (None, 5, 6, 3), preparation=preparation)), expected, rtol=1e-6)
    given = values(one(pixels, (None, 5, 6, 3), preparation=preparation))
    np.testing.assert_allclose(given, expected, rtol=1e-6)
    first = values(one(path, (None, 3, 5, 6), preparation=preparation))
    np.testing.assert_allclose(np.moveaxis(first, 1, -1), expected, rtol=1e-6)


@given(st.floats(-10, 10), st.floats(0.5, 10))
@settings(max_examples=30, deadline=None)
def test_a_range_is_reached_from_end_to_end(low: float, span: float) -> None:
    preparation = checked_preparation("none", (low, low + span), None)
    scaled = values(one(np.array([[0, 255, 127.5]]), (None, 3), preparation=preparation))[0]
    np.testing.assert_allclose(scaled, [low, low + span, low + span / 2], rtol=1e-5, atol=1e-5)


def test_choices_that_there_are_not() -> None:
    for resize, span, mode in (
        ("cubic", None, None),
        ("none", (1, 0), None),
        ("none", None, "keras"),
        ("none", (0, 1), "tf"),
    ):
        with pytest.raises(UsageError):
            checked_preparation(resize, span, mode)


def test_a_folder_of_pictures_is_taken_in_order_and_batch_by_batch(tmp_path: Path) -> None:
    for number in range(5):
        Image.fromarray(np.full((4, 4), number * 10, "uint8")).save(tmp_path / f"{number}.png")
    (tmp_path / "notes.txt").write_text("no picture")
    samples = one(tmp_path, (None, 4, 4, 1))
    assert samples.count == 5 and "5 pictures" in samples.said[0]
    assert samples.take(2, 4)[:, 0, 0, 0].tolist() == [20, 30]
    Image.fromarray(np.zeros((3, 4), "uint8")).save(tmp_path / "9.png")
    with pytest.raises(SourceError, match="another size"):
        values(one(tmp_path, (None, None, None, 1)))


def test_pictures_of_sixteen_bits_keep_their_upper_ones(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 257 * 100, 65535]], "uint16")).save(tmp_path / "deep.png")
    assert values(one(tmp_path / "deep.png", (None, 1, 3, 1)))[0, 0, :, 0].tolist() == [0, 100, 255]


def test_pictures_of_floats_and_of_thirty_two_bits(tmp_path: Path) -> None:
    for pixels, expected in (
        (np.array([[0, 0.5, 1]], "float32"), [0, 128, 255]),
        (np.array([[0, 100, 255]], "float32"), [0, 100, 255]),
        (np.array([[0, 100, 255]], "int32"), [0, 100, 255]),
        (np.array([[0, 257 * 100, 65535]], "int32"), [0, 100, 255]),
    ):
        Image.fromarray(pixels).save(tmp_path / "x.tif")
        assert values(one(tmp_path / "x.tif", (None, 1, 3, 1)))[0, 0, :, 0].tolist() == expected
    for odd in (
        np.array([[-3.0, 0.5, 1]], "float32"),
        np.array([[0, 1, 1 << 30]], "int32"),
        np.full((1, 3), np.nan, "float32"),
    ):
        Image.fromarray(odd).save(tmp_path / "x.tif")
        with pytest.raises(SourceError, match="a picture with values from"):
            one(tmp_path / "x.tif", (None, 1, 3, 1))


def test_decimal_commas_and_bytes_without_a_type_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a;b\n1,5;2,5\n")
    with pytest.raises(SourceError, match="commas beside semicolons"):
        one(tmp_path / "x.csv", (None, 4))
    (tmp_path / "x.csv").write_text("a;b\n1.5;2.5\n")
    assert values(one(tmp_path / "x.csv", (None, 2))).tolist() == [[1.5, 2.5]]
    np.save(tmp_path / "x.npy", np.zeros((2, 2), "V2"))
    with pytest.raises(UsageError, match="without a type"):
        one(tmp_path / "x.npy", (None, 2))


def test_of_a_file_of_arrays_only_those_asked_for_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from netviz.readers import arrays

    np.savez(tmp_path / "x.npz", x=np.ones((2, 3)), labels=np.ones((2, 100)), y=np.ones((2, 3)))
    monkeypatch.setattr(arrays, "ARRAY_BYTES", 300)
    assert values(one(tmp_path / "x.npz", (None, 3))).shape == (2, 3)
    with pytest.raises(SourceError, match="bytes"):
        read_inputs(tmp_path / "x.npz", [end((None, 3)), end((None, 3), name="y")], (), PLAIN)
    with pytest.raises(UsageError, match="no input 'x'"):
        read_inputs(tmp_path / "x.npz", [end((None, 3), name="z")], (), PLAIN)


def test_files_that_are_not_there_are_told_before_anything_else() -> None:
    for bad in ("nowhere.npy", Path("nowhere"), {"x": "nowhere.png"}, [Path("nowhere.csv")]):
        with pytest.raises(SourceError, match="no such file"):
            require_there(bad)
    for good in ("1,2,3", "a sentence ending in x.txt", np.zeros(3), {"x": [1.0]}, None, 4):
        require_there(good)
