"""Cases of HOSTILE.md: HDF5 files."""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from tests.hostile.case import Case, by_name
from tests.hostile.small import keras, legacy, old_sequential, put, weights

FILES = Path(__file__).parent / "files"
"""HDF5 files with changed bytes, of which some crash libhdf5 and the others keep it busy for ever."""


def hdf5_case(
    name: str,
    change: Callable[[h5py.File], None],
    codes: tuple[str, ...] = (),
    outcome: str = "W",
    heavy: bool = False,
    latest: bool = False,
    start: Callable[[], bytes] = weights,
) -> Case:
    """A file of weights that h5py has changed."""

    def make(folder: Path) -> Path:
        buffer = io.BytesIO(start())
        if latest:
            buffer = io.BytesIO()
        with h5py.File(buffer, "r+" if not latest else "w", libver="latest" if latest else None) as file:
            if latest:
                file["layers/dense/vars/0"] = np.arange(12, dtype="float32").reshape(4, 3)
            change(file)
        return put(folder, "m.weights.h5", buffer.getvalue())

    return Case(f"hdf5-{name}", make, outcome, (), codes, heavy=heavy)


def variables(file: h5py.File) -> h5py.Group:
    return file["layers/dense/vars"]


def link_to_fifo(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    path = put(folder, "m.weights.h5", weights())
    with h5py.File(path, "r+") as file:
        file["layers/dense/vars/2"] = h5py.ExternalLink(str(folder / "pipe"), "/x")
    return path


def external_link_among(file: h5py.File) -> None:
    """Nine members and more go to a heap, where links of all kinds stand together."""
    for number in range(2, 40):
        variables(file)[str(number)] = np.zeros(2, "float32")
    variables(file)["40"] = h5py.ExternalLink("/etc/passwd", "/x")


def loop(file: h5py.File) -> None:
    file["layers/loop"] = h5py.SoftLink("/layers/loop")
    file["layers/up"] = h5py.SoftLink("/layers")


def hard_loop(file: h5py.File) -> None:
    file["layers/dense/again"] = file["layers"]


def external_storage(file: h5py.File) -> None:
    variables(file).create_dataset("2", shape=(4,), dtype="float32", external=[("/etc/passwd", 0, 16)])


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(4,), dtype="float32")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", shape=(4,))
    variables(file).create_virtual_dataset("2", layout)


def claim(shape: tuple[int, ...], chunks: tuple[int, ...] | None = None) -> Callable[[h5py.File], None]:
    return lambda file: variables(file).create_dataset("2", shape=shape, chunks=chunks, dtype="float32") and None


def claims_just_below(file: h5py.File) -> None:
    """Fifty arrays of 200 MiB each, none of which was written."""
    for number in range(2, 52):
        variables(file).create_dataset(str(number), shape=(200 << 8, 1024), chunks=(1024, 1024), dtype="float32")


def nested_groups(file: h5py.File) -> None:
    group = file["layers"]
    for _ in range(5000):
        group = group.create_group("g")


def groups(count: int) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["layers/dense/vars/0"] = np.zeros((4, 3), "float32")
        parent = file["layers"].id
        for number in range(count):
            h5py.h5g.create(parent, f"d{number}".encode())
    return buffer.getvalue()


def large_config() -> bytes:
    """A model whose config takes 20 MB, of ordinary layers."""
    model = old_sequential()
    plain = model["config"]["layers"][-1]
    layers = model["config"]["layers"]
    size = 0
    while size < 20_000_000:
        copy = {**plain, "config": {**plain["config"], "name": f"dense_{len(layers)}"}}
        layers.append(copy)
        size += len(json.dumps(copy)) + 2
    return legacy(model)


def bomb(file: h5py.File, filters: int = 1) -> None:
    """A chunk of 1 KiB that is said to be deflated, and inflates to 300 MB."""
    data = bytes(300_000_000)
    for _ in range(filters):
        data = zlib.compress(data, 1)
    data_set = variables(file).create_dataset("2", shape=(256,), chunks=(256,), dtype="float32", compression="gzip")
    data_set.id.write_direct_chunk((0,), data)


def deflated(file: h5py.File) -> None:
    variables(file).create_dataset(
        "2", data=np.arange(1000.0), chunks=(64,), compression="gzip", shuffle=True, fletcher32=True
    )


def attribute_of(name: str, value: object, path: str = "/") -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        file[path].attrs[name] = value

    return change


def references(file: h5py.File) -> None:
    variables(file).create_dataset("2", data=[file["layers"].ref], dtype=h5py.ref_dtype)
    variables(file).create_dataset("3", data=np.zeros(2, [("a", "f4"), ("b", "i4")]))
    variables(file).create_dataset("4", data=np.zeros(2, "V7"))
    variables(file).create_dataset("5", data=["text", "more"], dtype=h5py.string_dtype())
    variables(file).create_dataset("6", data=np.zeros(2, "V5000000"))
    variables(file).create_dataset("7", data=h5py.Empty("f4"))


def dates(file: h5py.File) -> None:
    """numpy's own types, which a reader may have numpy parse by name."""
    variables(file).create_dataset("2", data=np.array(["2026-01-01"], "M8[D]").astype(h5py.opaque_dtype("M8[D]")))


def names_that_share_a_text(count: int, mb: int) -> bytes:
    """An attribute of many texts, all of which are the same one of some MB in the heap."""
    buffer = io.BytesIO(legacy())
    with h5py.File(buffer, "r+") as file:
        names = np.array([b"x%d" % number for number in range(count)], dtype=object)
        names[0] = b"y" * (mb << 20)
        del file["model_weights"].attrs["layer_names"]
        file["model_weights"].attrs.create("layer_names", names, dtype=h5py.string_dtype("ascii"))
    data = bytearray(buffer.getvalue())
    large = struct.pack("<I", mb << 20)
    first = data.find(large + data[data.find(large) + 4 : data.find(large) + 12])
    entry = bytes(data[first : first + 16])
    for number in range(1, count):
        data[first + 16 * number : first + 16 * number + 16] = entry
    return bytes(data)


def changed(
    find: bytes, place: int, form: str, value: int, which: int = 0, start: Callable[[], bytes] = weights
) -> Callable[[Path], Path]:
    """A file of weights with a number changed, so many bytes behind a signature."""

    def make(folder: Path) -> Path:
        data = bytearray(start())
        found = -1
        for _ in range(which + 1):
            found = data.index(find, found + 1)
        struct.pack_into(form, data, found + place, value)
        return put(folder, "m.weights.h5", bytes(data))

    return make


def tree_of_trees(folder: Path) -> Path:
    """A tree of members of seven levels, in which every node has 200 children that are all the same."""
    data = bytearray(weights())
    place = data.index(b"TREE")
    base = len(data) + -len(data) % 8
    data += bytes(base - len(data))
    leaf = place
    size = 24 + 200 * 16 + 8
    for level in range(1, 8):
        node = struct.pack("<4sBBHQQ", b"TREE", 0, level, 200, 2**64 - 1, 2**64 - 1)
        node += struct.pack("<QQ", 0, leaf) * 200 + bytes(8)
        leaf = base + (level - 1) * size
        data += node
    # the root's own table leads to the new tree: its address stands in the symbol table entry and in its header
    data = data.replace(struct.pack("<Q", place), struct.pack("<Q", leaf), 1)
    header = data.find(struct.pack("<Q", place))
    if 0 <= header < base:
        data[header : header + 8] = struct.pack("<Q", leaf)
    return put(folder, "m.weights.h5", bytes(data))


def endless_header(folder: Path) -> Path:
    """A header in the new form whose continuation is itself."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver="latest") as file:
        group = file.create_group("layers/dense/vars")
        for number in range(6):
            group.attrs[f"a{number}"] = "x" * 300
        group["0"] = np.zeros(3, "float32")
    data = bytearray(buffer.getvalue())
    for place in range(len(data) - 16):
        if data[place : place + 4] == b"OCHK":
            # a message of continuation right behind the signature, that leads to this very block
            struct.pack_into("<BHBQQ", data, place + 4, 0x10, 16, 0, place, 400)
    return put(folder, "m.weights.h5", bytes(data))


def old_names(**attributes: object) -> Callable[[Path], Path]:
    """A model in the HDF5 format whose list of a layer's weights is another."""

    def make(folder: Path) -> Path:
        path = put(folder, "m.h5", legacy())
        with h5py.File(path, "r+") as file:
            for name, value in attributes.items():
                group = file["model_weights/dense" if name == "weight_names" else "model_weights"]
                group.attrs[name] = value
        return path

    return make


def of_a_committed_type(name: str, value: bytes | None = None) -> Callable[[], bytes]:
    """A model in the HDF5 format, one attribute of which has its type elsewhere in the file, where h5py finds it."""

    def data() -> bytes:
        buffer = io.BytesIO(legacy())
        with h5py.File(buffer, "r+") as file:
            text = np.bytes_(file.attrs.pop(name, "{}") if value is None else value)
            file["types"] = np.dtype(f"S{len(text)}")
            file.attrs.create(name, text, dtype=file["types"])
            assert file.attrs[name] == text
        return buffer.getvalue()

    return data


def twice(first: str, second: str) -> bytes:
    """A model in the HDF5 format with two attributes model_config, of models of these names."""
    buffer = io.BytesIO(legacy())
    with h5py.File(buffer, "r+") as file:
        del file.attrs["model_config"]
        for key, name in (("model_confi1", first), ("model_confi2", second)):
            model = old_sequential()
            model["config"]["name"] = name
            file.attrs[key] = np.bytes_(json.dumps(model))
    return buffer.getvalue().replace(b"model_confi1", b"model_config").replace(b"model_confi2", b"model_config")


def mutated(path: Path) -> Case:
    """A file with changed bytes as it is."""
    name = f"hdf5-{path.stem.replace('_', '-')}"
    return Case(name, lambda folder: put(folder, path.name, path.read_bytes()), "E or W")


CASES = by_name(
    hdf5_case(
        "external-link",
        lambda file: variables(file).__setitem__("2", h5py.ExternalLink("/etc/passwd", "/x")),
        ("external-link",),
    ),
    hdf5_case("external-link-among-many", external_link_among, ("external-link",)),
    Case("hdf5-external-link-to-fifo", link_to_fifo, "W", codes=("external-link",)),
    hdf5_case("external-link-new-form", external_link_among, ("external-link",), latest=True),
    hdf5_case("soft-link-loop", loop, ("soft-link",)),
    hdf5_case("hard-link-loop", hard_loop, ("stored-object-skipped",)),
    hdf5_case("external-storage", external_storage, ("external-storage",)),
    hdf5_case("virtual-dataset", virtual, ("virtual-dataset",)),
    hdf5_case("claims-2-to-the-50", claim((2**40, 2**10), (1024, 1024)), ("size-claim",)),
    hdf5_case("claims-in-one-row", claim((1, 2**25), (1, 1024))),
    hdf5_case("claims-beyond-64-bits", claim((2**31, 2**31), (1, 1)), ("size-claim",)),
    hdf5_case("claims-of-many", claims_just_below, ("size-claim",)),
    hdf5_case("5000-nested-groups", nested_groups, ("not-examined",)),
    Case("hdf5-200000-groups", lambda folder: put(folder, "m.weights.h5", groups(200_000)), "E or W", heavy=True),
    Case("hdf5-model-config-of-20-mb", lambda folder: put(folder, "m.h5", large_config()), "E or W", heavy=True),
    Case(
        "hdf5-model-config-of-80-mb",
        lambda folder: put(folder, "m.h5", legacy(model_config=b" " * 80_000_000)),
        "E",
        ("description",),
        heavy=True,
    ),
    Case("hdf5-names-of-missing-weights", old_names(weight_names=[b"dense/kernel:0", b"dense/nothing:0"]), "W"),
    Case(
        "hdf5-names-that-lead-up",
        old_names(weight_names=[b"../../dense/kernel:0", b"/etc/passwd"], layer_names=[b"../dense", b"dense"]),
        "W",
    ),
    Case("hdf5-names-not-utf-8", old_names(weight_names=np.array([b"dense/\xff\xfe:0", b"dense/bias:0"])), "W"),
    Case("hdf5-names-are-numbers", old_names(weight_names=[1, 2], layer_names=np.zeros((3, 3))), "W"),
    hdf5_case("dtypes", references, ("dtype-unsupported",)),
    hdf5_case("dtype-of-numpy", dates, ("dtype-unsupported",)),
    hdf5_case("chunk-bomb", bomb),
    hdf5_case("chunk-deflated-twice", lambda file: bomb(file, 2)),
    hdf5_case("chunks-deflated", deflated),
    hdf5_case("chunk-of-2-gib", claim((2**9, 2**17), (2**9, 2**17))),
    hdf5_case("attribute-of-texts", attribute_of("name", [b"x" * 1000] * 60, "layers/dense/vars")),
    hdf5_case("attribute-of-numbers", attribute_of("name", np.zeros((100, 80)), "layers/dense/vars")),
    hdf5_case("attribute-empty", attribute_of("name", h5py.Empty("S5"), "layers/dense/vars")),
    Case(
        "hdf5-one-text-many-times",
        lambda folder: put(folder, "m.h5", names_that_share_a_text(1000, 8)),
        "W",
        codes=("size-claim",),
    ),
    Case(
        "hdf5-model-config-twice",
        lambda folder: put(folder, "m.h5", twice("harmless", "other")),
        "W",
        codes=("attribute-twice",),
    ),
    Case(
        "hdf5-model-config-of-a-committed-type",
        lambda folder: put(folder, "m.h5", of_a_committed_type("model_config")()),
        "E",
        ("model_config",),
    ),
    Case(
        "hdf5-training-config-of-a-committed-type",
        lambda folder: put(folder, "m.h5", of_a_committed_type("training_config")()),
        "W",
        codes=("not-examined",),
    ),
    Case(
        "hdf5-attribute-of-a-committed-type",
        lambda folder: put(folder, "m.h5", of_a_committed_type("backend", b"jax")()),
        "W",
        codes=("attribute-unreadable",),
        never=("not-examined",),
    ),
    Case("hdf5-tree-of-trees", tree_of_trees, "E or W"),
    Case("hdf5-endless-header", endless_header, "E or W"),
    Case("hdf5-tree-is-its-own-child", changed(b"SNOD", 16, "<Q", 96), "E or W"),
    Case("hdf5-heap-of-exabytes", changed(b"HEAP", 8, "<Q", 2**60), "E or W"),
    Case("hdf5-heap-of-gigabytes", changed(b"HEAP", 8, "<Q", 2**33), "E or W"),
    Case("hdf5-global-heap-of-exabytes", changed(b"GCOL", 8, "<Q", 2**60), "E or W"),
    Case("hdf5-zeros-behind-magic", lambda folder: put(folder, "m.h5", b"\x89HDF\r\n\x1a\n" + bytes(4096)), "E"),
    Case("hdf5-cut-off", lambda folder: put(folder, "m.weights.h5", weights()[:-200]), "E or W"),
    Case(
        "hdf5-external-link-in-keras",
        lambda folder: put(
            folder, "m.keras", keras(weights=(hdf5_case("x", external_link_among).make(folder)).read_bytes())
        ),
        "W",
        codes=("external-link",),
    ),
    *map(mutated, sorted(FILES.glob("*.h5"))),
)
