"""SavedModels made to be hard to read: endless object graphs, depth, sizes that lie, names that lead elsewhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.errors import NetvizError, SourceError
from netviz.readers import read
from netviz.readers.guards import GUARDS
from netviz.readers.savedmodel import table
from netviz.readers.savedmodel.distinct import Distinct
from netviz.readers.savedmodel.messages import TABLES
from netviz.readers.savedmodel.ordered import slice_key
from netviz.readers.savedmodel.wire import MessageReader, WireError, varint
from tests.conftest import FIXTURES
from tests.hostile.saved_models import field, number

MODULE, TF1 = FIXTURES / "savedmodel-module", FIXTURES / "savedmodel-tf1"


def saved(folder: Path, objects: Iterable[bytes]) -> Path:
    """A folder whose saved_model.pb holds a graph to serve with these objects."""
    folder.mkdir()
    graph = field(1, field(4, b"serve")) + field(7, b"".join(field(1, item) for item in objects))
    (folder / "saved_model.pb").write_bytes(field(1, 1) + field(2, graph))
    return folder


def holder(
    children: Iterable[tuple[str, int]], identifier: bytes = b"_generic_user_object", said: object = None
) -> bytes:
    user = field(1, identifier) + (field(3, json.dumps(said).encode()) if said else b"")
    held = b"".join(field(1, field(1, place) + field(2, name.encode())) for name, place in children)
    return held + field(4, user)


def variable(name: str) -> bytes:
    return field(7, field(1, 1) + field(2, field(2, field(1, 3))) + field(3, 1) + field(6, name.encode()))


def assert_names(folder: Path, error: NetvizError) -> None:
    """The error is one line that begins with the file, and a hint."""
    assert error.message.startswith(f"{folder / 'saved_model.pb'}: ")
    assert "\n" not in error.message
    assert error.hint and "\n" not in error.hint


def test_a_folder_made_by_hand_is_read(tmp_path: Path) -> None:
    """What the helpers here write is what the tests below damage."""
    model = read(
        saved(tmp_path / "m", [holder([("w", 1), ("inner", 2)]), variable("w"), holder([("v", 3)]), variable("v")])
    )
    assert [weight.name for weight in model.root.weights] == ["w"]
    assert [(layer.name, layer.weights[0].tensor.shape) for layer in model.root.layers] == [("inner", (3,))]


def test_objects_that_hold_one_another_end(tmp_path: Path) -> None:
    model = read(saved(tmp_path / "m", [holder([("a", 1)]), holder([("b", 0), ("c", 1), ("w", 2)]), variable("w")]))
    assert model.parameters.total == 3


def test_objects_that_are_held_in_ever_more_ways_end(tmp_path: Path) -> None:
    """Forty levels of two objects, each of which holds both of the next: 2 to the 40 ways down."""
    said = {"class_name": "Mine", "name": "x", "config": {}}
    for identifier in (b"_generic_user_object", b"_tf_keras_layer"):
        levels = 40
        objects = [holder([("a", 1), ("b", 2)], identifier, said)]
        for level in range(levels):
            following = [("a", 2 * level + 3), ("b", 2 * level + 4)] if level < levels - 1 else [("w", 2 * levels + 1)]
            objects += [holder(following, identifier, said)] * 2
        folder = saved(tmp_path / identifier.decode(), [*objects, variable("w")])
        with pytest.raises(SourceError, match=r"hold one another|over [\d,]+ layers") as raised:
            read(folder)
        assert_names(folder, raised.value)


def test_depth_ends_in_one_line(tmp_path: Path) -> None:
    chain = [holder([("inner", place + 1)]) for place in range(20_000)]
    folder = saved(tmp_path / "chain", [*chain, variable("w")])
    with pytest.raises(SourceError, match="nested deeper") as raised:
        read(folder)
    assert str(folder) in raised.value.message and "\n" not in raised.value.message
    value = b""
    for _ in range(5_000):
        value = field(52, field(1, value))
    with pytest.raises(WireError, match="deep"):
        MessageReader(TABLES).read("StructuredValue", value)


def test_thousands_of_variables_that_no_layer_takes_are_counted(tmp_path: Path) -> None:
    """The model lists them, and so does a layer of which its config says nothing."""
    count = 5_000
    layers = [{"class_name": "Flatten", "config": {"name": "flat"}}]
    said = {"class_name": "Sequential", "name": "m", "config": {"name": "m", "layers": layers}}
    variables = [(str(place), place) for place in range(3, 3 + count)]
    objects = [
        holder([("variables", 1), ("lost", 2)], b"_tf_keras_network", said),
        holder(variables, b"trackable_list_wrapper"),
        holder([("variables", 1), *variables], b"_tf_keras_layer", {"class_name": "Dense", "name": "lost"}),
        *(variable(f"lost/{place}") for place in range(count)),
    ]
    notes = {note.code: note.message for note in read(saved(tmp_path / "m", objects)).notes}
    assert notes["weights-unclaimed"].startswith(f"{count} ")


@given(st.lists(st.sampled_from(["w", "w#2", "w#3", "v", ""])))
def test_names_are_told_apart(names: list[str]) -> None:
    distinct = Distinct()
    given_names = [distinct(name) for name in names]
    assert len(set(given_names)) == len(names)
    assert all(unique == name or unique.startswith(f"{name}#") for name, unique in zip(names, given_names, strict=True))
    assert set(names) <= set(given_names)


def test_numbers_of_objects_that_are_not_there(tmp_path: Path) -> None:
    model = read(saved(tmp_path / "m", [holder([("a", 7), ("b", (1 << 64) - 1), ("w", 1)]), variable("w")]))
    assert model.parameters.total == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: {**entry, 4: 1 << 62},  # offset
        lambda entry: {**entry, 5: 1 << 62},  # size
        lambda entry: {**entry, 3: 999_999_999},  # number of the file
        lambda entry: {**entry, 1: 21},  # variant, which holds whatever it likes
        lambda entry: {**entry, 1: 999},
        lambda entry: {**entry, 2: field(2, field(1, 1 << 40)) * 2, 5: 1 << 62},
        lambda entry: {**entry, 2: field(2, field(1, 1)) * 70},
        lambda entry: {**entry, 2: field(3, 1)},
        lambda entry: {**entry, 7: field(1, field(1, 0))},
    ],
)
def test_what_an_entry_of_the_index_may_claim(
    change: Callable[[dict[int, bytes | int]], dict[int, bytes | int]], tmp_path: Path
) -> None:
    """The index is sound, with right checksums; what it says of one variable is not."""
    folder = tmp_path / "m"
    shutil.copytree(TF1, folder)
    index = folder / "variables" / "variables.index"
    entries = dict(table.read_table(index.read_bytes()))
    sound: dict[int, bytes | int] = {1: 1, 2: field(2, field(1, 6)), 3: 1, 4: 0, 5: 24}
    entries[b"net/b"] = b"".join(field(place, value) for place, value in change(sound).items())
    index.write_bytes(written(entries))
    model = read(folder)
    assert model.store is not None
    weights = {weight.name: weight for weight in model.root.all_weights}
    assert model.store.read(weights["w"]).shape == (4, 6)
    with pytest.raises(NetvizError):
        model.store.read(weights["b"])


@pytest.mark.parametrize("size", [1 << 20, 1 << 40], ids=["4 TiB", "beyond any address"])
def test_a_variable_in_pieces_takes_no_room_that_the_files_do_not_have(size: int, tmp_path: Path) -> None:
    """The piece is as large as the whole, as it should be; the file it is said to lie in is not."""
    folder = tmp_path / "m"
    shutil.copytree(TF1, folder)
    index = folder / "variables" / "variables.index"
    entries = dict(table.read_table(index.read_bytes()))
    shape = field(2, field(2, field(1, size)) + field(2, field(1, 1 << 20)))
    extents = field(1, b"") * 2
    entries[b"net/b"] = field(1, 1) + shape + field(7, extents)
    entries[slice_key(b"net/b", [(0, -1)] * 2)] = field(1, 1) + shape + field(5, size << 22)
    index.write_bytes(written(entries))
    model = read(folder)
    assert model.store is not None
    weight = next(weight for weight in model.root.all_weights if weight.name == "b")
    assert weight.tensor.shape == (size, 1 << 20)
    with pytest.raises(SourceError, match="the files are smaller") as raised:
        model.store.read(weight)
    assert "\n" not in raised.value.message


def test_a_block_of_the_index_is_read_once(tmp_path: Path) -> None:
    """A thousand blocks that are one: each would be summed up and read again."""
    data = (TF1 / "variables" / "variables.index").read_bytes()
    entries = dict(table.read_table(data))
    assert dict(table.read_table(written(entries))) == entries
    with pytest.raises(WireError, match="follow one another"):
        list(table.read_table(written(entries, times=1_000)))
    folder = tmp_path / "m"
    shutil.copytree(TF1, folder)
    (folder / "variables" / "variables.index").write_bytes(written(entries, times=1_000))
    assert "weights-unreadable" in {note.code for note in read(folder).notes}


def test_keys_of_the_index_have_an_end() -> None:
    """Each entry may take over the whole key before it, so that few bytes stand for many."""
    key, count = b"k" * 1_000, 50
    rows = number(0) + number(len(key)) + number(0) + key + (number(len(key)) + number(0) * 2) * (count - 1)
    data = bound([block(rows)])
    assert [len(found) for found, _ in table.read_table(data)] == [len(key)] * count
    limits = replace(GUARDS.protobuf, keys_bytes=len(key) * count - 1)
    with pytest.raises(WireError, match="keys"):
        list(table.read_table(data, limits))


def block(rows: bytes) -> bytes:
    """A block of an index with these entries, and behind it what says that it is not compressed, and the checksum."""
    body = rows + (0).to_bytes(4, "little") + (1).to_bytes(4, "little") + b"\0"
    return body + table.masked(table.crc32c(memoryview(body))).to_bytes(4, "little")


def entry(key: bytes, value: bytes) -> bytes:
    return number(0) + number(len(key)) + number(len(value)) + key + value


def bound(blocks: list[bytes], times: int = 1) -> bytes:
    """An index of these blocks, each of which it names so many times."""
    handles, place = b"", 0
    for data in blocks:
        handles += entry(b"z", number(place) + number(len(data) - 5)) * times
        place += len(data)
    index = block(handles)
    footer = number(0) * 2 + number(place) + number(len(index) - 5)
    return b"".join(blocks) + index + footer.ljust(40, b"\0") + table.MAGIC.to_bytes(8, "little")


def written(entries: dict[bytes, bytes], times: int = 1) -> bytes:
    """An index with these entries in one block without shared prefixes, which it names so many times."""
    return bound([block(b"".join(entry(*item) for item in sorted(entries.items())))], times)


def test_a_damaged_index_is_noticed() -> None:
    """A byte that is changed is noticed, or stands where nothing is read (in the block of metadata, which is empty)."""
    data = (MODULE / "variables" / "variables.index").read_bytes()
    sound = list(table.read_table(data))
    unread = 0
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            assert list(table.read_table(changed)) == sound
            unread += 1
        except WireError:
            pass
    assert unread < 2 * table.FOOTER


def test_a_compressed_index_is_named() -> None:
    data = bytearray((MODULE / "variables" / "variables.index").read_bytes())
    end = 0
    for place in range(len(data) - table.FOOTER):  # the first block: where its checksum matches
        body = memoryview(bytes(data[: place + 1]))
        if int.from_bytes(data[place + 1 : place + 5], "little") == table.masked(table.crc32c(body)):
            end = place
            break
    data[end] = table.SNAPPY
    checksum = table.masked(table.crc32c(memoryview(bytes(data[: end + 1]))))
    data[end + 1 : end + 5] = checksum.to_bytes(4, "little")
    with pytest.raises(WireError, match="snappy"):
        list(table.read_table(bytes(data)))


def test_the_checksum_is_crc_32c() -> None:
    """The check value of the catalogue of CRCs (https://reveng.sourceforge.io/crc-catalogue/all.htm)."""
    assert table.crc32c(memoryview(b"123456789")) == 0xE3069283


@given(st.integers(0, (1 << 64) - 1), st.binary(max_size=4))
def test_numbers_read_back(value: int, rest: bytes) -> None:
    data = number(value)
    assert varint(memoryview(data + rest), 0) == (value, len(data))


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_none(data: bytes) -> None:
    for message in TABLES:
        try:
            MessageReader(TABLES).read(message, data)
        except WireError as error:
            assert str(error)


@given(st.lists(st.tuples(st.integers(0, 1 << 40), st.integers(-1, 1 << 40)), max_size=3))
def test_keys_of_slices_sort_as_the_slices(extents: list[tuple[int, int]]) -> None:
    """That is what the code is for."""
    other = [(start + 1, length) for start, length in extents]
    assert (slice_key(b"w", extents) < slice_key(b"w", other)) == (extents < other)
