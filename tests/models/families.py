"""Small models that differ in the classes of their layers: convolutions, recurrences, norms, preprocessing and more."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from tests.models.builders import Builder, into

FAMILIES: dict[str, Builder] = {}


@into(FAMILIES)
def time_distributed_conv() -> keras.Model:
    video = keras.Input((3, 8, 8, 1), name="video")
    x = layers.TimeDistributed(layers.Conv2D(2, 3, activation="relu"), name="each_frame")(video)
    x = layers.TimeDistributed(layers.GlobalAveragePooling2D(), name="each_average")(x)
    return keras.Model(video, layers.GRU(3, name="gru")(x), name="time_distributed_conv")


@into(FAMILIES)
def bidirectional_gru() -> keras.Model:
    x = keras.Input((5, 3), name="x")
    y = layers.Bidirectional(layers.GRU(3, return_sequences=True, reset_after=False), merge_mode="sum", name="sum")(x)
    y = layers.Bidirectional(layers.GRU(2), merge_mode=None, name="apart")(y)
    return keras.Model(x, y, name="bidirectional_gru")


@into(FAMILIES)
def bidirectional_two_layers() -> keras.Model:
    """A Bidirectional whose backward layer is not the mirror of its forward one, and which gives all states."""
    x = keras.Input((5, 3), name="x")
    forward = layers.LSTM(3, return_sequences=True, return_state=True, name="forwards")
    backward = layers.GRU(2, go_backwards=True, return_sequences=True, return_state=True, name="backwards")
    y = layers.Bidirectional(forward, backward_layer=backward, name="both")(x)
    return keras.Model(x, y, name="bidirectional_two_layers")


@into(FAMILIES)
def stacked_cells() -> keras.Model:
    x = keras.Input((5, 3), name="x")
    y = layers.RNN([layers.LSTMCell(3), layers.LSTMCell(2)], return_sequences=True, name="stacked")(x)
    y = layers.RNN(layers.StackedRNNCells([layers.GRUCell(2), layers.SimpleRNNCell(3)]), name="mixed")(y)
    return keras.Model(x, y, name="stacked_cells")


@into(FAMILIES)
def simple_rnn() -> keras.Model:
    x = keras.Input((5, 3), name="x")
    y = layers.SimpleRNN(3, return_sequences=True, use_bias=False, name="simple")(x)
    y = layers.RNN(layers.LSTMCell(2, unit_forget_bias=False), return_state=True, name="rnn")(y)
    return keras.Model(x, y, name="simple_rnn")


@into(FAMILIES)
def convolutions() -> keras.Model:
    """Strided, dilated, grouped, separable, depthwise and transposed convolutions."""
    x = keras.Input((16, 15, 4), name="x")
    y = layers.Conv2D(4, (3, 2), strides=2, name="strided")(x)
    y = layers.Conv2D(4, 3, dilation_rate=2, padding="same", name="dilated")(y)
    y = layers.Conv2D(4, 1, groups=2, name="grouped")(y)
    y = layers.SeparableConv2D(3, 3, depth_multiplier=2, padding="same", name="separable")(y)
    y = layers.DepthwiseConv2D(2, depth_multiplier=2, name="depthwise")(y)
    y = layers.Conv2DTranspose(2, 3, strides=2, name="transposed")(y)
    y = layers.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=1, name="transposed_same")(y)
    return keras.Model(x, y, name="convolutions")


@into(FAMILIES)
def convolutions_1d() -> keras.Model:
    x = keras.Input((None, 3), name="x")
    y = layers.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="relu", name="causal")(x)
    y = layers.SeparableConv1D(3, 3, strides=2, padding="same", name="separable")(y)
    y = layers.DepthwiseConv1D(2, padding="same", name="depthwise")(y)
    y = layers.Conv1DTranspose(2, 3, strides=2, padding="same", name="transposed")(y)
    y = layers.MaxPooling1D(2, name="pool")(y)
    return keras.Model(x, layers.GlobalMaxPooling1D(name="top")(y), name="convolutions_1d")


@into(FAMILIES)
def convolutions_3d() -> keras.Model:
    x = keras.Input((6, 6, 6, 1), name="x")
    y = layers.Conv3D(2, 3, padding="same", name="conv")(x)
    y = layers.AveragePooling3D(2, name="pool")(y)
    y = layers.Conv3DTranspose(1, 2, strides=2, name="transposed")(y)
    y = layers.ZeroPadding3D(1, name="pad")(y)
    y = layers.Cropping3D(((1, 0), (0, 1), (1, 1)), name="crop")(y)
    return keras.Model(x, layers.GlobalAveragePooling3D(keepdims=True, name="top")(y), name="convolutions_3d")


@into(FAMILIES)
def conv_lstm() -> keras.Model:
    x = keras.Input((3, 6, 6, 1), name="x")
    y = layers.ConvLSTM2D(2, 3, padding="same", return_sequences=True, name="conv_lstm")(x)
    return keras.Model(x, layers.ConvLSTM2D(2, 3, strides=2, name="conv_lstm_2")(y), name="conv_lstm")


@into(FAMILIES)
def channels_first() -> keras.Model:
    """Only to be built: the CPU does not run it."""
    x = keras.Input((3, 12, 10), name="x")
    y = layers.Conv2D(4, 3, data_format="channels_first", name="conv")(x)
    y = layers.BatchNormalization(axis=1, name="norm")(y)
    y = layers.MaxPooling2D(2, data_format="channels_first", name="pool")(y)
    y = layers.UpSampling2D(2, data_format="channels_first", name="up")(y)
    y = layers.ZeroPadding2D(((1, 0), (0, 2)), data_format="channels_first", name="pad")(y)
    y = layers.DepthwiseConv2D(3, data_format="channels_first", name="depthwise")(y)
    y = layers.Conv2DTranspose(2, 3, strides=2, data_format="channels_first", name="transposed")(y)
    y = layers.Flatten(data_format="channels_first", name="flatten")(y)
    return keras.Model(x, y, name="channels_first")


@into(FAMILIES)
def pools_and_paddings() -> keras.Model:
    x = keras.Input((17, 16, 2), name="x")
    y = layers.ZeroPadding2D(((1, 2), (3, 4)), name="pad")(x)
    y = layers.AveragePooling2D((3, 2), strides=(2, 1), padding="same", name="average")(y)
    y = layers.MaxPooling2D(3, strides=2, name="max")(y)
    y = layers.Cropping2D(((1, 0), (2, 1)), name="crop")(y)
    y = layers.UpSampling2D((2, 3), interpolation="bilinear", name="up")(y)
    y = layers.GlobalMaxPooling2D(keepdims=True, name="top")(y)
    return keras.Model(x, y, name="pools_and_paddings")


@into(FAMILIES)
def reshapes() -> keras.Model:
    x = keras.Input((4, 6), name="x")
    y = layers.Reshape((3, -1, 2), name="reshape")(x)
    y = layers.Permute((3, 1, 2), name="permute")(y)
    y = layers.Flatten(name="flatten")(y)
    y = layers.RepeatVector(3, name="repeat")(y)
    y = layers.ZeroPadding1D(2, name="pad")(y)
    y = layers.Cropping1D((1, 0), name="crop")(y)
    y = layers.UpSampling1D(2, name="up")(y)
    return keras.Model(x, y, name="reshapes")


@into(FAMILIES)
def merges() -> keras.Model:
    a, b = keras.Input((3, 4), name="a"), keras.Input((1, 4), name="b")
    names = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
    merged = [getattr(layers, name)(name=name.lower())([a, b]) for name in names]
    y = layers.Concatenate(axis=1, name="concatenate")([*merged, b])
    return keras.Model([a, b], [y, layers.Dot(axes=2, normalize=True, name="dot")([a, b])], name="merges")


@into(FAMILIES)
def normalizations() -> keras.Model:
    x = keras.Input((6, 4), name="x")
    y = layers.GroupNormalization(2, name="group")(x)
    y = layers.LayerNormalization(center=False, name="layer")(y)
    y = layers.LayerNormalization(axis=(1, 2), name="layer_of_two_axes")(y)
    y = layers.UnitNormalization(name="unit")(y)
    y = layers.BatchNormalization(scale=False, center=False, name="batch")(y)
    y = layers.SpectralNormalization(layers.Dense(3), name="spectral")(y)
    return keras.Model(x, y, name="normalizations")


@into(FAMILIES)
def activations() -> keras.Model:
    x = keras.Input((4, 3), name="x")
    y = layers.PReLU(shared_axes=[1], name="prelu")(x)
    y = layers.LeakyReLU(0.1, name="leaky")(y)
    y = layers.ELU(0.5, name="elu")(y)
    y = layers.ReLU(max_value=6.0, name="relu6")(y)
    y = layers.Activation("swish", name="swish")(y)
    y = layers.Activation(keras.activations.gelu, name="gelu")(y)
    y = layers.Dense(3, activation=layers.LeakyReLU(0.3), name="dense_leaky")(y)
    y = layers.Softmax(axis=1, name="softmax")(y)
    return keras.Model(x, y, name="activations")


@into(FAMILIES)
def regularizers() -> keras.Model:
    x = keras.Input((4, 4, 2), name="x")
    y = layers.SpatialDropout2D(0.2, name="spatial")(x)
    y = layers.GaussianNoise(0.1, name="noise")(y)
    y = layers.GaussianDropout(0.1, name="gaussian")(y)
    y = layers.AlphaDropout(0.1, name="alpha")(y)
    y = layers.ActivityRegularization(l2=0.01, name="activity")(y)
    y = layers.Masking(-1.0, name="masking")(layers.Reshape((16, 2), name="reshape")(y))
    y = layers.Dense(2, kernel_regularizer="l2", kernel_constraint="non_neg", name="dense")(y)
    return keras.Model(x, y, name="regularizers")


@into(FAMILIES)
def self_attention() -> keras.Model:
    x = keras.Input((5, 4), name="x")
    y = layers.MultiHeadAttention(2, 3, value_dim=2, output_shape=6, name="attention")(x, x)
    y = layers.LayerNormalization(name="norm")(y)
    return keras.Model(x, y, name="self_attention")


@into(FAMILIES)
def attentions() -> keras.Model:
    """The other kinds of attention, with different lengths of query and value."""
    query, value = keras.Input((5, 4), name="query"), keras.Input((7, 4), name="value")
    a = layers.Attention(use_scale=True, name="dot_product")([query, value])
    b = layers.AdditiveAttention(name="additive")([query, value])
    c, scores = layers.MultiHeadAttention(2, 2, name="heads")(query, value, return_attention_scores=True)
    y = layers.EinsumDense("abc,cd->abd", output_shape=(None, 6), bias_axes="d", name="einsum")(
        layers.Add(name="sum")([a, b, c])
    )
    return keras.Model([query, value], [y, scores], name="attentions")


@into(FAMILIES)
def grouped_query_attention() -> keras.Model:
    x = keras.Input((5, 4), name="x")
    y = layers.GroupQueryAttention(2, 4, 2, name="grouped")(x, x)
    return keras.Model(x, y, name="grouped_query_attention")


@into(FAMILIES)
def normalization_adapted() -> keras.Model:
    rng = np.random.default_rng(0)
    normalization = layers.Normalization(name="normalization")
    normalization.adapt(rng.normal(3.0, 2.0, (20, 3)).astype("float32"))
    x = keras.Input((3,), name="x")
    return keras.Model(x, layers.Dense(2, name="dense")(normalization(x)), name="normalization_adapted")


@into(FAMILIES)
def image_preprocessing() -> keras.Model:
    image = keras.Input((20, 24, 3), name="image", dtype="uint8")
    x = layers.Resizing(16, 12, name="resize")(image)
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="rescale")(x)
    x = layers.CenterCrop(10, 10, name="crop")(x)
    x = layers.RandomFlip("horizontal", name="flip")(x)
    x = layers.RandomRotation(0.1, name="rotate")(x)
    return keras.Model(image, layers.Conv2D(2, 3, name="conv")(x), name="image_preprocessing")


@into(FAMILIES)
def categories() -> keras.Model:
    """Lookups with vocabularies, buckets and one-hot codes: their tables are assets and config, not weights."""
    word, age = keras.Input((1,), name="word", dtype="string"), keras.Input((1,), name="age")
    words = layers.StringLookup(vocabulary=["red", "green", "blue"], name="lookup")(word)
    ages = layers.Discretization(bin_boundaries=[18.0, 65.0], name="buckets")(age)
    y = [
        layers.CategoryEncoding(4, output_mode="one_hot", name="word_code")(words),
        layers.CategoryEncoding(3, output_mode="one_hot", name="age_code")(ages),
    ]
    return keras.Model(
        [word, age], layers.Dense(2, name="dense")(layers.Concatenate(name="join")(y)), name="categories"
    )


@into(FAMILIES)
def text_vectorization() -> keras.Model:
    """A vocabulary that was learned, and so is an asset in the file (a given one stands in the config)."""
    text = keras.Input((), name="text", dtype="string")
    vectorize = layers.TextVectorization(output_sequence_length=6, name="vectorize")
    vectorize.adapt(["the cat sat", "the cat ran", "the dog"])
    x = layers.Embedding(vectorize.vocabulary_size(), 3, name="embedding")(vectorize(text))
    return keras.Model(text, layers.GlobalAveragePooling1D(name="average")(x), name="text_vectorization")


@into(FAMILIES)
def bfloat16() -> keras.Model:
    x = keras.Input((4,), name="x")
    y = layers.Dense(4, dtype="bfloat16", name="brain")(x)
    return keras.Model(x, layers.Dense(2, dtype="float16", name="half")(y), name="bfloat16")


@into(FAMILIES)
def quantized_int8() -> keras.Model:
    return _quantized("int8")


@into(FAMILIES)
def quantized_int4() -> keras.Model:
    return _quantized("int4")


def _quantized(mode: str) -> keras.Model:
    x = keras.Input((6,), name="x", dtype="int32")
    y = layers.Embedding(9, 8, name="embedding")(x)
    y = layers.EinsumDense("abc,cd->abd", output_shape=(None, 4), bias_axes="d", name="einsum")(y)
    model = keras.Model(x, layers.Dense(4, name="dense")(y), name=f"quantized_{mode}")
    model.quantize(mode)
    return model


@into(FAMILIES)
def lora() -> keras.Model:
    """LoRA lives in memory only: a saved file has the merged kernel and no lora_kernel_a, lora_kernel_b."""
    x = keras.Input((6,), name="x")
    dense = layers.Dense(4, name="dense")
    model = keras.Model(x, layers.Dense(2, name="head")(dense(x)), name="lora")
    dense.enable_lora(2)
    return model
