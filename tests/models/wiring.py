"""Small models that differ in how their layers are wired: shared, nested, frozen, several inputs and outputs, ops."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers, ops

from tests.models.builders import Builder, into
from tests.models.custom import Gate, Mix, NestedTower, Stacked, TiedEmbedding, Tower

WIRING: dict[str, Builder] = {}


@into(WIRING)
def mlp() -> keras.Model:
    """A Sequential, compiled and trained for one step, so that Adam has slots."""
    model = keras.Sequential(
        [
            keras.Input((4,), name="features"),
            layers.Dense(5, activation="relu", name="hidden"),
            layers.Dropout(0.5, name="dropout"),
            layers.Dense(3, activation="softmax", name="classes"),
        ],
        name="mlp",
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    model.fit(rng.normal(size=(8, 4)).astype("float32"), rng.integers(0, 3, 8), batch_size=8, epochs=1, verbose=0)
    return model


@into(WIRING)
def cnn_residual() -> keras.Model:
    image = keras.Input((8, 8, 1), name="image")
    x = layers.Conv2D(3, 3, padding="same", use_bias=False, name="stem")(image)
    skip = layers.BatchNormalization(name="stem_bn")(x)
    x = layers.Activation("relu", name="relu")(skip)
    x = layers.Conv2D(3, 3, padding="same", name="conv")(x)
    x = layers.BatchNormalization(scale=False, name="bn_without_gamma")(x)
    x = layers.Add(name="add")([x, skip])
    x = layers.MaxPooling2D(2, name="pool")(x)
    x = layers.GlobalAveragePooling2D(name="average")(x)
    return keras.Model(image, layers.Dense(3, activation="softmax", name="classes")(x), name="cnn_residual")


@into(WIRING)
def shared_layer() -> keras.Model:
    """One Dense called three times, once on its own output."""
    first, second = keras.Input((4,), name="first"), keras.Input((4,), name="second")
    shared = layers.Dense(4, activation="tanh", name="shared")
    a, b = shared(first), shared(second)
    return keras.Model([first, second], layers.Add(name="sum")([a, shared(b)]), name="shared_layer")


@into(WIRING)
def shared_shapes() -> keras.Model:
    """One Dense called three times, on tensors of different rank and length."""
    vector, short, any_length = keras.Input((4,)), keras.Input((3, 4)), keras.Input((None, 4))
    shared = layers.Dense(5, name="shared")
    pooled = [layers.GlobalAveragePooling1D()(shared(sequence)) for sequence in (short, any_length)]
    joined = layers.Add(name="sum")([shared(vector), *pooled])
    return keras.Model([vector, short, any_length], joined, name="shared_shapes")


@into(WIRING)
def nested() -> keras.Model:
    """A Sequential inside a Functional, called twice, inside a Functional."""
    core = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, activation="relu", name="down"), layers.Dense(4, name="up")], name="core"
    )
    block_in = keras.Input((4,), name="block_in")
    block_out = layers.Add(name="skip")([core(block_in), block_in])
    block = keras.Model(block_in, block_out, name="block")
    outer_in = keras.Input((4,), name="outer_in")
    x = block(layers.Dense(4, name="before")(outer_in))
    x = layers.Dense(2, name="after")(block(x))
    return keras.Model(outer_in, x, name="nested")


@into(WIRING)
def chains_called_twice() -> keras.Model:
    """Outputs that are second calls: of models that are chains Keras counts the calls from 0, of others from 1."""
    x = keras.Input((4,), name="x")
    inner_in = keras.Input((4,), name="inner_in")
    chains = [
        keras.Sequential([keras.Input((4,)), layers.Dense(4)], name="sequential"),
        layers.Pipeline([layers.Dense(4)], name="pipeline"),
        keras.Model(inner_in, layers.Dense(4)(inner_in), name="graph"),
    ]
    return keras.Model(x, [chain(chain(x)) for chain in chains], name="chains_called_twice")


@into(WIRING)
def dict_io() -> keras.Model:
    """Two inputs and three outputs in dicts whose order is not the order of their keys."""
    wide, deep = keras.Input((3,), name="wide"), keras.Input((2,), name="deep", dtype="float32")
    joined = layers.Concatenate(name="join")([wide, deep])
    hidden = layers.Dense(4, activation="relu", name="hidden")(joined)
    outputs = {
        "score": layers.Dense(1, activation="sigmoid", name="score_head")(hidden),
        "classes": layers.Dense(3, activation="softmax", name="class_head")(hidden),
        "hidden": hidden,
    }
    return keras.Model({"wide": wide, "deep": deep}, outputs, name="dict_io")


@into(WIRING)
def lstm_states() -> keras.Model:
    """An encoder's states start a decoder; two Dense layers start a third LSTM."""
    source, target = keras.Input((6, 3), name="source"), keras.Input((None, 2), name="target")
    code, hidden, cell = layers.LSTM(4, return_state=True, name="encoder")(source)
    x = layers.LSTM(4, return_sequences=True, name="decoder")(target, initial_state=[hidden, cell])
    states = [layers.Dense(3, name="hidden_start")(code), layers.Dense(3, name="cell_start")(code)]
    return keras.Model([source, target], layers.LSTM(3, name="last")(x, initial_state=states), name="lstm_states")


@into(WIRING)
def attention_mask() -> keras.Model:
    """Self-attention with its mask as a keyword."""
    x, mask = keras.Input((5, 4), name="x"), keras.Input((5, 5), name="mask", dtype="bool")
    attended = layers.MultiHeadAttention(2, 2, name="attention")(x, x, attention_mask=mask)
    return keras.Model([x, mask], layers.Dense(2, name="head")(attended), name="attention_mask")


@into(WIRING)
def operators() -> keras.Model:
    """Ops between the layers: operators, a function, a slice, a reduction."""
    x = keras.Input((4, 3), name="x")
    raised = ops.relu(layers.Dense(3, name="dense")(x) + 1)
    average = ops.mean(raised, axis=1)
    return keras.Model(x, layers.Dense(2, name="head")(average * 2.0 - x[:, 0]), name="operators")


@into(WIRING)
def wrappers() -> keras.Model:
    x = keras.Input((5, 3), name="steps")
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both_ways")(x)
    y = layers.TimeDistributed(layers.Dense(4, activation="relu"), name="each_step")(y)
    return keras.Model(x, layers.Flatten(name="flatten")(y), name="wrappers")


@into(WIRING)
def mixed_precision() -> keras.Model:
    """The global policy mixed_float16, with a head in float32."""
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        x = keras.Input((4,), name="x")
        y = layers.Dense(4, activation="relu", name="half")(x)
        y = layers.BatchNormalization(name="norm")(y)
        return keras.Model(x, layers.Dense(2, dtype="float32", name="full")(y), name="mixed_precision")
    finally:
        keras.mixed_precision.set_global_policy("float32")


@into(WIRING)
def scaled_loss() -> keras.Model:
    """Compiled in half precision, where Keras wraps the optimizer, whose variables a .keras file then has twice."""
    x = keras.Input((4,), name="x")
    model = keras.Model(x, layers.Dense(3, dtype="mixed_float16", name="half")(x), name="scaled_loss")
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()), "mse")
    model.optimizer.build(model.trainable_variables)
    return model


@into(WIRING)
def frozen() -> keras.Model:
    """A frozen layer, a frozen model inside, and a head that trains."""
    base = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="base_dense")], name="base")
    base.trainable = False
    x = keras.Input((4,), name="x")
    y = layers.Dense(4, name="stem", trainable=False)(x)
    y = layers.BatchNormalization(name="norm", trainable=False)(y)
    return keras.Model(x, layers.Dense(2, name="head")(base(y)), name="frozen")


@into(WIRING)
def custom_layer() -> keras.Model:
    x = keras.Input((4,), name="x")
    y = layers.Dense(3, name="before")(x)
    y = Gate(3, name="gate")(y)
    return keras.Model(x, layers.Dense(2, name="after")(y), name="custom_layer")


@into(WIRING)
def frozen_base() -> keras.Model:
    """A frozen Functional model below a head, and all of it frozen once more."""
    y = keras.Input((4,), name="y")
    base = keras.Model(y, layers.Dense(2, name="inside")(y + 1.0), name="base")
    base.trainable = False
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(1, name="head")(base(x)), name="frozen_base")


@into(WIRING)
def frozen_root() -> keras.Model:
    x = keras.Input((4,), name="x")
    model = keras.Model(x, layers.Dense(1, name="head")(x), name="frozen_root")
    model.trainable = False
    return model


@into(WIRING)
def unfrozen_inside() -> keras.Model:
    """Fine-tuning as it is usually done: a frozen base, of which the last layer is trained again."""
    base = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dense(3)], name="base")
    base.trainable = False
    base.layers[-1].trainable = True
    x = keras.Input((3,), name="x")
    return keras.Model(x, layers.Dense(1, name="head")(base(x)), name="unfrozen_inside")


@into(WIRING)
def setting_called_layers() -> keras.Model:
    """A custom layer and a Pipeline, both of which have a setting `layers` and are no models."""
    x = keras.Input((4,), name="x")
    y = Stacked([8, 3], name="stacked")(x)
    y = layers.Pipeline([layers.Rescaling(0.5), layers.Dense(5, name="piped")], name="pipeline")(y)
    return keras.Model(x, layers.Dense(2, name="after")(y), name="setting_called_layers")


@into(WIRING)
def masked_embedding() -> keras.Model:
    tokens = keras.Input((None,), name="tokens", dtype="int32")
    x = layers.Embedding(7, 3, mask_zero=True, name="embedding")(tokens)
    x = layers.LSTM(4, name="lstm")(x)
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid", name="head")(x), name="masked_embedding")


@into(WIRING)
def name_order() -> keras.Model:
    """Two layers of one class and one shape whose names sort the other way round than they run."""
    return keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(3, name="b"),
            layers.Dense(3, name="a"),
            layers.Dense(3, name="dense_10"),
            layers.Dense(3, name="dense_9"),
        ],
        name="name_order",
    )


@into(WIRING)
def subclassed() -> keras.Model:
    model = Tower(name="subclassed")
    model(np.zeros((2, 3), "float32"))
    return model


@into(WIRING)
def subclassed_nested() -> keras.Model:
    model = NestedTower(name="subclassed_nested")
    model(np.zeros((2, 3), "float32"))
    return model


@into(WIRING)
def list_outputs() -> keras.Model:
    x = keras.Input((4,), name="x")
    y = layers.Dense(3, name="trunk")(x)
    return keras.Model(x, [layers.Dense(1, name="left")(y), layers.Dense(2, name="right")(y)], name="list_outputs")


@into(WIRING)
def output_of_input() -> keras.Model:
    """An output that is an input, and one tensor that is two outputs."""
    x = keras.Input((4,), name="x")
    y = layers.Dense(3, name="dense")(x)
    return keras.Model(x, [x, y, y], name="output_of_input")


@into(WIRING)
def tied_across() -> keras.Model:
    """A layer that an inner model and the outer one share.

    Keras 3.15 writes this file but cannot load it again; see `UNLOADABLE` in zoo.py.
    """
    shared = layers.Dense(4, name="shared")
    inner_in = keras.Input((4,), name="inner_in")
    inner = keras.Model(inner_in, layers.Dense(4, name="inner_dense")(shared(inner_in)), name="inner")
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(2, name="head")(inner(shared(x))), name="tied_across")


@into(WIRING)
def tied_inside() -> keras.Model:
    """A layer that an inner model and the outer one share, the inner one first, where Keras does not mark it.

    Nor can it load this file again.
    """
    shared = layers.Dense(4, name="shared")
    inner_in = keras.Input((4,), name="inner_in")
    inner = keras.Model(inner_in, layers.Dense(4, name="inner_dense")(shared(inner_in)), name="inner")
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(2, name="head")(shared(inner(x))), name="tied_inside")


@into(WIRING)
def tied_embedding() -> keras.Model:
    """A language model's ends: one matrix embeds the tokens and scores them."""
    tokens = keras.Input((6,), name="tokens", dtype="int32")
    embedding = TiedEmbedding(9, 4, name="embedding")
    x = layers.Dense(4, activation="gelu", name="dense")(embedding(tokens))
    return keras.Model(tokens, embedding(x, reverse=True), name="tied_embedding")


@into(WIRING)
def dict_calls() -> keras.Model:
    """A custom layer and a nested model, both called with a dict."""
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    inner = keras.Model(
        {"a": a, "b": b},
        {"sum": layers.Add(name="add")([a, b]), "dense": layers.Dense(2, name="dense")(a)},
        name="inner",
    )
    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    mixed = Mix(name="mix")({"right": right, "left": left})
    y = inner({"a": mixed["mixed"], "b": right})
    join = layers.Concatenate(name="join")([y["sum"], y["dense"], mixed["total"]])
    return keras.Model([left, right], join, name="dict_calls")


@into(WIRING)
def lstm_all_outputs() -> keras.Model:
    x = keras.Input((5, 3), name="x")
    steps, hidden, cell = layers.LSTM(4, return_sequences=True, return_state=True, name="lstm")(x)
    y = layers.Concatenate(name="states")([hidden, cell])
    y = layers.RepeatVector(5, name="repeat")(y)
    return keras.Model(x, [layers.Concatenate(name="join")([steps, y]), hidden], name="lstm_all_outputs")


@into(WIRING)
def siamese() -> keras.Model:
    """One encoder on two images, and the distance between what it says of them."""
    tower_in = keras.Input((8, 8, 1), name="picture")
    y = layers.Conv2D(3, 3, activation="relu", name="conv")(tower_in)
    y = layers.Dense(4, name="code")(layers.GlobalMaxPooling2D(name="pool")(y))
    tower = keras.Model(tower_in, y, name="tower")
    left, right = keras.Input((8, 8, 1), name="left"), keras.Input((8, 8, 1), name="right")
    distance = ops.abs(tower(left) - tower(right))
    return keras.Model([left, right], layers.Dense(1, activation="sigmoid", name="same")(distance), name="siamese")


@into(WIRING)
def gpt() -> keras.Model:
    """A one-block GPT of Functional calls: token and position embedding, causal attention, feed-forward."""
    tokens = keras.Input((8,), name="tokens", dtype="int32")
    positions = ops.arange(8)
    x = layers.Embedding(11, 4, name="token_embedding")(tokens)
    x = x + layers.Embedding(8, 4, name="position_embedding")(ops.cumsum(ops.ones_like(tokens), axis=1) - 1)
    y = layers.LayerNormalization(name="norm_1")(x)
    y = layers.MultiHeadAttention(2, 2, name="attention")(y, y, use_causal_mask=True)
    x = layers.Add(name="residual_1")([x, y])
    y = layers.LayerNormalization(name="norm_2")(x)
    y = layers.Dense(8, activation="gelu", name="expand")(y)
    y = layers.Dense(4, name="contract")(y)
    x = layers.Add(name="residual_2")([x, y])
    x = x * ops.cast(ops.reshape(positions, (1, 8, 1)) >= 0, "float32")
    x = layers.LayerNormalization(name="norm_out")(x)
    return keras.Model(tokens, ops.softmax(layers.Dense(11, name="logits")(x)), name="gpt")


@into(WIRING)
def sequential_of_sequentials() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.Sequential([layers.Dense(3), layers.Dense(3)], name="first"),
            keras.Sequential([layers.Dense(3), keras.Sequential([layers.Dense(2)], name="deep")], name="second"),
        ],
        name="sequential_of_sequentials",
    )


@into(WIRING)
def submodel() -> keras.Model:
    """A model cut out of another, from a tensor in its middle: Keras clones the nodes and adds an InputLayer."""
    x = keras.Input((4,), name="x")
    middle = layers.Dense(3, name="first")(x)
    y = layers.Dense(3, name="second")(middle)
    keras.Model(x, y, name="whole")
    return keras.Model(middle, y, name="submodel")


@into(WIRING)
def odd_names() -> keras.Model:
    """Names that want escaping: markup, quotes, letters that are not ASCII, a dot; and words of the file formats."""
    x = keras.Input((4,), name="in.put")
    y = layers.Dense(3, name='<b title="dense"> & co')(x)
    for name in ("vars", "layers", "model_weights", "optimizer", "kernel"):
        y = layers.Dense(3, name=name)(y)
    return keras.Model(x, layers.Dense(2, name="Schicht_é_層")(y), name="odd names")
