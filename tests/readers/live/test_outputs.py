"""What the calls of live models give, against sub-models that Keras builds; under any backend of Keras.

Nothing here imports a backend: `KERAS_BACKEND` chooses it.
"""

from __future__ import annotations

import threading
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers, ops

import netviz
from netviz.analysis.diagram.scene import build_scene
from netviz.errors import NetvizError, UsageError
from netviz.readers.live.outputs import SCORES, Runner
from tests.models.zoo import SUBCLASSED, ZOO

TOLERANCE: Any = {"rtol": 1e-4, "atol": 1e-5}
"""A sub-model may be computed in another order, as XLA and oneDNN do."""

NEEDS_TENSORFLOW = {"categories", "text_vectorization"}
NOT_ON_A_CPU = {"channels_first"}
KERAS_FAILS = {"bidirectional_two_layers"}
"""Keras itself cannot run it: it gives fewer outputs than it says."""


def numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def feeds(model: keras.Model, samples: int = 2) -> list[Any]:
    """An array for each input of a Functional or Sequential model."""
    rng = np.random.default_rng(0)
    found = []
    for tensor in model.inputs:
        shape = (samples, *(3 if axis is None else axis for axis in tensor.shape[1:]))
        dtype = keras.backend.standardize_dtype(tensor.dtype)
        if dtype == "string":
            found.append(np.full(shape, "red") if len(shape) > 1 else np.array(["the cat", "a dog"][:samples]))
        elif "int" in dtype:
            found.append(rng.integers(0, 3, shape).astype(dtype))
        elif dtype == "bool":
            found.append(rng.integers(0, 2, shape).astype(bool))
        else:
            found.append(rng.normal(size=shape).astype("float32"))
    return found


def array(tensor: Any) -> Any:
    values = keras.ops.convert_to_numpy(tensor)
    return values.astype("float32") if values.dtype.kind == "V" else values


def by_sub_model(model: keras.Model, tensors: Mapping[str, Any], x: Any) -> dict[str, Any]:
    """What Keras gives for symbolic tensors of a model, by a model that ends in them."""
    names = list(tensors)
    given = keras.Model(model.inputs, [tensors[name] for name in names])(x, training=False)
    return dict(zip(names, map(array, given), strict=True))


def node_outputs(model: keras.Model) -> dict[str, Any]:
    """The symbolic output of each call of the model's own layers, by the call's path."""
    own = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    found: dict[str, Any] = {}
    for operation in model.operations:
        for number, node in enumerate(node for node in operation._inbound_nodes if id(node) in own):
            path = operation.name if number == 0 else f"{operation.name}#{number + 1}"
            tensors = node.output_tensors
            found |= {path if len(tensors) == 1 else f"{path}[{place}]": one for place, one in enumerate(tensors)}
    return found


SIZES = {"MobileNetV2": 96, "ResNet50": 64, "DenseNet121": 64, "EfficientNetB0": 64, "Xception": 96}


@pytest.mark.parametrize("name", SIZES)
def test_applications_give_what_keras_gives(name: str) -> None:
    size = SIZES[name]
    keras.utils.set_random_seed(1)
    model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3), classes=10)
    x = numbers(2, size, size, 3)
    data = netviz.outputs(model, x).data
    oracle = by_sub_model(model, node_outputs(model), x)
    assert data.keys() == oracle.keys()
    for path, expected in oracle.items():
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(data[path] / scale, expected / scale, err_msg=path, **TOLERANCE)
    keras.utils.clear_session()


@pytest.mark.parametrize(
    "name", ["nested", "shared_layer", "shared_shapes", "dict_io", "lstm_states", "lstm_all_outputs", "siamese",
             "attention_mask", "masked_embedding", "wrappers", "gpt", "chains_called_twice", "list_outputs"]
)  # fmt: skip
def test_every_own_call_gives_what_keras_gives(name: str) -> None:
    model = ZOO[name]()
    x = feeds(model)
    given = dict(zip([tensor.name for tensor in model.inputs], x, strict=True)) if name == "dict_io" else x
    data = netviz.outputs(model, given if name == "dict_io" else x, scores=False).data
    structure = keras.tree.pack_sequence_as(model._inputs_struct, x)
    oracle = by_sub_model(model, node_outputs(model), structure if name != "dict_io" else x)
    assert oracle.keys() <= data.keys()
    for path, expected in oracle.items():
        np.testing.assert_allclose(data[path], expected, err_msg=path, **TOLERANCE)


def test_calls_in_nested_models_are_those_of_the_nested_model() -> None:
    model = ZOO["nested"]()
    data = netviz.outputs(model, numbers(3, 4)).data
    block = model.get_layer("block")
    for path, entering in (("block", data["before"]), ("block#2", data["block"])):
        for name, expected in by_sub_model(block, node_outputs(block), entering).items():
            np.testing.assert_allclose(data[f"{path}/{name}"], expected, err_msg=f"{path}/{name}", **TOLERANCE)
        down = block.get_layer("core").get_layer("down")
        np.testing.assert_allclose(data[f"{path}/core/down"], array(down(entering)), **TOLERANCE)


def test_a_shared_layer_s_calls_are_numbered_as_they_were_made() -> None:
    """The second call runs first: the third takes what it gives."""
    model = ZOO["shared_layer"]()
    first, second = numbers(2, 4), numbers(2, 4, seed=1)
    data = netviz.outputs(model, [first, second]).data
    shared = model.get_layer("shared")
    for path, x in (("shared", first), ("shared#2", second), ("shared#3", data["shared#2"])):
        np.testing.assert_allclose(data[path], array(shared(x)), **TOLERANCE)


def test_subclassed_models_and_their_layers() -> None:
    model = ZOO["subclassed_nested"]()
    x = numbers(2, 3)
    data = netviz.outputs(model, x).data
    stack = model.stack
    before = array(model.blocks[1]["deep"](model.blocks[0][0](x)))
    np.testing.assert_allclose(data["stack"], array(stack(before)), **TOLERANCE)
    np.testing.assert_allclose(data["stack/dense_2"], array(stack.stages[0][0](before)), **TOLERANCE)


def test_an_lstm_inside_a_bidirectional_is_seen() -> None:
    model = ZOO["wrappers"]()
    x = numbers(2, 5, 3)
    data = netviz.outputs(model, x).data
    both = model.get_layer("both_ways")
    for layer in (both.forward_layer, both.backward_layer):
        expected = array(layer(x))
        np.testing.assert_allclose(data[f"both_ways/{layer.name}"], expected, **TOLERANCE)


def test_scores_of_attention_are_those_of_the_layer() -> None:
    model = ZOO["attention_mask"]()
    x, mask = feeds(model)
    data = netviz.outputs(model, [x, mask]).data
    expected = model.get_layer("attention")(x, x, attention_mask=mask, return_attention_scores=True)[1]
    np.testing.assert_allclose(data[f"attention{SCORES}"], array(expected), **TOLERANCE)
    assert f"attention{SCORES}" not in netviz.outputs(model, [x, mask], scores=False).data


def runnable(name: str) -> bool:
    return not (name in NEEDS_TENSORFLOW and keras.backend.backend() != "tensorflow") and name not in NOT_ON_A_CPU


@pytest.mark.parametrize("name", [name for name in ZOO if runnable(name)])
def test_every_call_is_captured_or_said_why_not(name: str) -> None:
    model = ZOO[name]()
    x = feeds(model) if hasattr(model, "_nodes_by_depth") or isinstance(model, keras.Sequential) else [numbers(2, 3)]
    net = netviz.inspect(model)
    runner = Runner(net.model)
    try:
        plainly = model(keras.tree.pack_sequence_as(_structure(model), x), training=False)
    except Exception:
        with pytest.raises(NetvizError):
            runner.run(x, lambda seen: None, None, False)
        return
    del plainly
    seen: set[str] = set()
    before = snapshot(model)
    runner.run(x, lambda one: seen.add(one.path), None, True)
    assert snapshot(model) == before
    calls = {node.id: node.layer.path for node in build_scene(net.model).walk() if node.call and node.layer}
    assert seen <= calls.keys()
    said = runner.notes()
    for path in calls.keys() - seen:
        assert any(_names(note.message, path) or _names_outer(note.message, path) for note in said), path


def _structure(model: Any) -> Any:
    return getattr(model, "_inputs_struct", [None]) if not isinstance(model, keras.Sequential) else [None]


def _names(message: str, path: str) -> bool:
    return f"{path}:" in message or f"{path}," in message or " more" in message


def _names_outer(message: str, path: str) -> bool:
    """Whether the note names a call around this one."""
    parts = path.split("/")
    return any(_names(message, "/".join(parts[:end])) for end in range(1, len(parts)))


def snapshot(model: Any) -> list[Any]:
    """All that is on a model and its layers: attributes and what they hold, weights, states, calls, settings."""
    found: list[Any] = []
    for layer in model._flatten_layers():
        values = {}
        for name, value in vars(layer).items():
            held: Any = None
            if isinstance(value, list | tuple):
                held = [id(one) for one in value]
            elif isinstance(value, dict):
                held = [(key, id(one)) for key, one in value.items()]
            elif isinstance(value, set | frozenset):
                held = sorted(map(id, value))
            values[name] = id(value), held
        found.append((id(layer), layer.name, layer.trainable, layer.built, values))
        found.append([id(node) for node in layer._inbound_nodes + layer._outbound_nodes])
        found += [array(variable.value).tobytes() for variable in layer.variables]
    found.append((getattr(model, "compiled", None), id(getattr(model, "optimizer", None))))
    return found


class Stateful(keras.Model):  # type: ignore[misc]
    """Draws random numbers, counts its calls, adds a loss and writes attributes when it is called."""

    def __init__(self, fail: bool = False) -> None:
        super().__init__(name="stateful")
        self.dense = layers.Dense(3, activity_regularizer="l2")
        self.norm = layers.BatchNormalization()
        self.drop = layers.Dropout(0.5)
        self.seed = keras.random.SeedGenerator(3)
        self.seen = self.add_weight(name="seen", shape=(), initializer="zeros", trainable=False)
        self.total = keras.metrics.Mean(name="total")
        self.fail: Any = None
        self.history_of_calls: list[Any] = []

    def call(self, x: Any) -> Any:
        self.seen.assign(self.seen + 1)
        self.last = x
        self.history_of_calls.append(1)
        x = self.dense(x) + keras.random.normal((3,), seed=self.seed)
        if self.fail is not None:
            raise self.fail
        x = self.drop(self.norm(x))
        self.add_loss(ops.sum(x))
        return x


def made_stateful() -> Any:
    model = Stateful()
    model(numbers(2, 4))
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("error", [None, ValueError("no"), KeyboardInterrupt(), SystemExit()])
def test_the_model_is_left_as_it_was(error: BaseException | None) -> None:
    model = made_stateful()
    model.fail = error
    before, classes = snapshot(model), [vars(one)["__call__"] for one in (layers.Layer, keras.Operation)]
    if error is None:
        data = netviz.outputs(model, numbers(3, 4), statistics=False).data
        assert data["dense"].shape == (3, 3)
    else:
        with pytest.raises(NetvizError if isinstance(error, Exception) else type(error)):
            netviz.outputs(model, numbers(3, 4))
    assert snapshot(model) == before
    assert [vars(one)["__call__"] for one in (layers.Layer, keras.Operation)] == classes
    model.fail = None
    assert model(numbers(3, 4)).shape == (3, 3)


def test_a_failure_names_the_layer_where_it_was() -> None:
    model = made_stateful()
    model.fail = ValueError("out of luck")
    with pytest.raises(NetvizError, match="out of luck"):
        netviz.outputs(model, numbers(3, 4))
    inner = ZOO["nested"]()
    with pytest.raises(UsageError, match=r"outer_in.*\(2, 5\).*\(None, 4\)"):
        netviz.outputs(inner, numbers(2, 5))


def test_other_threads_are_not_recorded() -> None:
    """A layer of the same model that another thread calls meanwhile is not among the outputs."""
    model = ZOO["subclassed"]()
    x = numbers(2, 3)
    results: list[Any] = []

    class Calling(layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            thread = threading.Thread(target=lambda: results.append(model.head(model.d1(x[:1]))))
            thread.start()
            thread.join()
            return model(x)

    caller = Calling(name="caller")
    caller.model = model
    outer = keras.Sequential([keras.Input((3,)), caller])
    results.clear()
    data = netviz.outputs(outer, x).data
    assert len(results) == 1
    assert all(len(values) == 2 for values in data.values())


def test_a_class_with_a_call_of_its_own_gives_what_that_gives() -> None:
    class Doubled(layers.Dense):  # type: ignore[misc]
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return super().__call__(*args, **kwargs) * 2

    x = keras.Input((4,))
    doubled = Doubled(3, name="doubled")
    model = keras.Model(x, layers.ReLU(name="relu")(doubled(x)))
    own = vars(Doubled)["__call__"]
    given = numbers(2, 4)
    data = netviz.outputs(model, given).data
    np.testing.assert_allclose(data["doubled"], array(doubled(given)), **TOLERANCE)
    assert vars(Doubled)["__call__"] is own and isinstance(own, types.FunctionType)


class Partly(keras.Model):  # type: ignore[misc]
    """Says that it is built, and has a layer inside that is not, and one that needs no building."""

    def __init__(self) -> None:
        super().__init__(name="partly")
        self.drop, self.dense = layers.Dropout(0.5), layers.Dense(2)

    def build(self, input_shape: Any) -> None:
        self.built = True

    def call(self, x: Any) -> Any:
        return self.dense(self.drop(x))


def test_what_is_not_built_is_not_built_here() -> None:
    model = SUBCLASSED["plain"].build()
    before = snapshot(model)
    with pytest.raises(UsageError, match="not built"):
        netviz.outputs(model, numbers(2, 3))
    assert snapshot(model) == before
    partly = Partly()
    partly.build((None, 3))
    assert partly.built
    before = snapshot(partly)
    with pytest.raises(NetvizError, match="not built"):
        netviz.outputs(partly, numbers(2, 3))
    assert snapshot(partly) == before


@pytest.mark.parametrize("name", SUBCLASSED)
def test_subclassed_models_take_what_their_call_takes(name: str) -> None:
    model, args = SUBCLASSED[name].build(), SUBCLASSED[name].args()
    expected = model(*args)
    given = args[0] if len(args) == 1 else list(args)
    found = netviz.outputs(model, given)
    assert found.data
    del expected


def test_a_layer_named_as_a_second_call_is_kept_apart() -> None:
    x = keras.Input((3,), name="x")
    twice, other = layers.Dense(3, name="a"), layers.Dense(3, name="a#2")
    model = keras.Model(x, other(twice(twice(x))))
    data = netviz.outputs(model, numbers(5, 3), batch_size=2).data
    assert len(data) == 4 and all(values.shape == (5, 3) for values in data.values())


def test_batches_are_joined() -> None:
    model = ZOO["cnn_residual"]()
    x = numbers(7, 8, 8, 1)
    whole, parts = netviz.outputs(model, x).data, netviz.outputs(model, x, batch_size=3).data
    assert list(whole) == list(parts)
    for path, values in whole.items():
        assert len(values) == 7
        np.testing.assert_allclose(parts[path], values, **TOLERANCE)


def test_statistics_are_those_of_the_values() -> None:
    model = ZOO["cnn_residual"]()
    x = numbers(7, 8, 8, 1)
    values = netviz.outputs(model, x).data
    for path, figures in netviz.outputs(model, x, statistics=True, batch_size=2).data.items():
        exact = values[path].astype("float64")
        assert figures["size"] == exact.size and figures["zeros"] == int((exact == 0).sum())
        np.testing.assert_allclose(
            [figures[key] for key in ("mean", "std", "minimum", "maximum")],
            [exact.mean(), exact.std(), exact.min(), exact.max()], rtol=1e-4, atol=1e-6,
        )  # fmt: skip


def worked(lines: list[Any]) -> Iterator[bool]:
    return (line["sound"] is not False for line in lines)


@pytest.mark.parametrize(
    "name", ["mlp", "cnn_residual", "convolutions", "convolutions_1d", "convolutions_3d", "activations", "merges",
             "normalizations", "masked_embedding", "mixed_precision", "nested", "gpt", "quantized_int8", "lora"]
)  # fmt: skip
def test_what_trace_works_out_is_what_keras_computed(name: str) -> None:
    model = ZOO[name]()
    data: Any = netviz.trace(model, feeds(model, 1)).data
    assert data["layers"]
    assert all(all(worked(layer["lines"])) for layer in data["layers"])


@pytest.mark.parametrize("layer", ["dense", "convolution"])
def test_trace_shows_the_sum_before_an_activation_that_has_no_name(layer: str) -> None:
    twice = {"activation": lambda values: values * 2, "bias_initializer": "ones", "name": layer}
    entrance = keras.Input((4,) if layer == "dense" else (4, 4, 1))
    made = keras.layers.Dense(1, **twice) if layer == "dense" else keras.layers.Conv2D(1, 3, **twice)
    model = keras.Model(entrance, made(entrance))
    x = numbers(1, *entrance.shape[1:])
    traced = netviz.trace(model, x, layers=layer)
    (lines,) = [one["lines"] for one in traced.data["layers"]]  # type: ignore[index]
    (worked_out,) = [line["numbers"] for line in lines if "activation →" in line["numbers"]]
    before, after = worked_out.rsplit(" = ", 1)[1].split(", activation → ")
    assert 2 * float(before) == pytest.approx(float(after), rel=2e-3)
    assert "→ activation →" in str(traced.to("svg"))


def test_trace_of_a_dense_layer_has_the_sum_of_its_kernel() -> None:
    model = ZOO["mlp"]()
    x = numbers(1, 4)
    kernel, bias = (array(one) for one in model.get_layer("hidden").weights)
    from netviz.analysis.charts.chain_sums import Link, dense_sum

    data = netviz.outputs(model, x).data
    layer = next(one for one in netviz.inspect(model).model.root.walk() if one.path == "hidden")
    link = Link("hidden", layer, (x[0],), (data["hidden"][0],), {"kernel": kernel, "bias": bias},
                lambda values: np.maximum(values, 0))  # fmt: skip
    found = dense_sum(link)
    assert found is not None and found.sound
    np.testing.assert_allclose(found.before, x[0] @ kernel + bias, rtol=1e-6)
    wrong = Link("hidden", layer, (x[0],), (data["hidden"][0] + 1,), link.weights, link.activated)
    mistaken = dense_sum(wrong)
    assert mistaken is not None and not mistaken.sound


Loader = Callable[[str], tuple[Any, Any]]


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_files_are_loaded_and_run(tmp_path: Any, suffix: str) -> None:
    model = ZOO["cnn_residual"]()
    path = tmp_path / f"model{suffix}"
    model.save(path)
    x = numbers(2, 8, 8, 1)
    live, loaded = netviz.outputs(model, x).data, netviz.outputs(path, x).data
    static = netviz.outputs(netviz.inspect(path), x).data
    assert live.keys() == loaded.keys() == static.keys()
    for name, values in live.items():
        np.testing.assert_allclose(loaded[name], values, **TOLERANCE)
        np.testing.assert_allclose(static[name], values, **TOLERANCE)


def judged(model: Any, *x: Any) -> dict[str, list[bool]]:
    """By path what trace found of the lines that it compared."""
    data: Any = netviz.trace(model, list(x)).data
    lines = {layer["path"]: [line["sound"] for line in layer["lines"]] for layer in data["layers"]}
    return {path: [one for one in found if one is not None] for path, found in lines.items()}


def test_trace_does_not_contradict_activations_it_cannot_judge() -> None:
    x = keras.Input((8, 8, 2), name="x")
    y = layers.Conv2D(3, 3, activation="softmax", name="softmax")(x)
    y = layers.Conv2D(3, 3, activation=lambda t: ops.softmax(t, axis=(1, 2)), name="over_places")(y)
    y = layers.Dense(4, activation=lambda t: ops.softmax(t, axis=1), name="over_rows")(y)
    y = layers.BatchNormalization(epsilon=0.0, name="norm")(y)
    found = judged(keras.Model(x, y), numbers(1, 8, 8, 2))
    assert found == {"x": [], "softmax": [True], "over_places": [], "over_rows": [True], "norm": [True]}


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_trace_knows_what_a_layer_computes_in(policy: str) -> None:
    x = keras.Input((64,), name="x")
    y = layers.Dense(128, activation="relu", dtype=policy, name="a")(x)
    model = keras.Model(x, layers.Dense(16, activation="tanh", dtype=policy, name="b")(y))
    given = 5 * numbers(1, 64)
    assert judged(model, given) == {"x": [], "a": [True], "b": [True]}
    assert policy.removeprefix("mixed_") in str(netviz.trace(model, given))


def test_trace_leaves_masks_to_keras() -> None:
    x = keras.Input((5,), dtype="int32", name="x")
    y = layers.Embedding(7, 4, mask_zero=True, name="table")(x)
    model = keras.Model(x, layers.GlobalAveragePooling1D(name="mean")(y))
    found = judged(model, np.array([[1, 2, 3, 0, 0]], "int32"))
    assert found["table"] == [True] and found["mean"] == []


def test_inputs_in_a_trace_have_the_names_of_their_arguments() -> None:
    from netviz.readers.live.working import first_sample

    attention, recurrent = layers.MultiHeadAttention(2, 2), layers.LSTM(2)
    a, b = numbers(2, 3, 4), numbers(2, 5, 4)
    tensors = [ops.convert_to_tensor(one) for one in (a, b)]
    found = first_sample(attention, tensors, {})
    assert list(found) == ["query", "value"] and np.array_equal(found["value"], b[0])
    masked = first_sample(recurrent, tensors[:1], {"mask": ops.ones((2, 3), "bool")})
    assert len(masked) == 1


def test_a_token_that_there_is_not_is_named() -> None:
    x = keras.Input((3,), dtype="int32", name="x")
    model = keras.Model(x, layers.Embedding(7, 4, name="table")(x))
    try:
        model(np.array([[1, 2, 9]], "int32"))
    except Exception:
        with pytest.raises(NetvizError, match=r"table: token 9 .* 0 to 6"):
            netviz.outputs(model, np.array([[1, 2, 9]], "int32"))
        return
    assert netviz.outputs(model, np.array([[1, 2, 9]], "int32")).data  # a backend that takes it for another


def test_scores_can_be_chosen_and_their_loss_is_noted() -> None:
    model = ZOO["attention_mask"]()
    x = feeds(model)
    assert list(netviz.outputs(model, x, layers=f"attention{SCORES}").data) == [f"attention{SCORES}"]
    assert list(netviz.outputs(model, x, layers="attention").data) == ["attention", f"attention{SCORES}"]

    class Silent(layers.Layer):  # type: ignore[misc]
        def call(self, x: Any, return_attention_scores: bool = False) -> Any:
            return x * 2

    model = keras.Sequential([keras.Input((3,)), Silent(name="silent")])
    found = netviz.outputs(model, numbers(4, 3))
    assert list(found.data) == ["silent"] and [note.code for note in found.notes] == ["no-scores"]


class Refused(RuntimeError):
    """Raised by what receives outputs."""


def test_what_the_receiver_raises_is_not_the_model_s_fault() -> None:
    model = ZOO["nested"]()
    runner = Runner(netviz.inspect(model).model)

    def receive(seen: Any) -> None:
        raise Refused(seen.path)

    before = snapshot(model)
    with pytest.raises(Refused):
        runner.run([numbers(2, 4)], receive, None, False)
    assert snapshot(model) == before


def test_memory_that_is_not_there_is_not_called_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    from netviz.readers.live import outputs as live

    def full(tensor: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(live, "as_array", full)
    with pytest.raises(NetvizError, match="memory"):
        netviz.outputs(ZOO["mlp"](), numbers(1, 4))


def test_an_interrupt_while_all_is_put_back_is_put_off() -> None:
    from netviz.readers.live.kept import do_all

    done: list[str] = []

    def interrupted() -> None:
        if not done:
            done.append("interrupted")
            raise KeyboardInterrupt
        done.append("second")

    with pytest.raises(KeyboardInterrupt):
        do_all([interrupted, lambda: done.append("third")])
    assert done == ["interrupted", "second", "third"]


def test_threads_leave_no_trace() -> None:
    import warnings

    models = [ZOO["mlp"](), ZOO["nested"]()]
    before, filters = [snapshot(model) for model in models], list(warnings.filters)
    classes = [vars(one)["__call__"] for one in (layers.Layer, keras.Operation)]
    threads = [
        threading.Thread(target=lambda model=model: [netviz.outputs(model, numbers(2, 4)) for _ in range(4)])
        for model in models * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == filters and [snapshot(model) for model in models] == before
    assert [vars(one)["__call__"] for one in (layers.Layer, keras.Operation)] == classes


def test_an_activation_that_is_not_built_is_not_built_here() -> None:
    """A PReLU that is the activation of a layer has no path, and Keras builds it in the first call only."""
    x = keras.Input((4,), name="x")
    activation = layers.PReLU()
    model = keras.Model(x, layers.Dense(3, activation=activation, name="d")(x))
    given = numbers(2, 4)
    if not activation.built:
        before = snapshot(model)
        with pytest.raises(UsageError, match="not built"):
            netviz.outputs(model, given)
        assert snapshot(model) == before
    model(given)
    np.testing.assert_allclose(netviz.outputs(model, given).data["d"], array(model(given)), **TOLERANCE)
