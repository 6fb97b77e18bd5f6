"""Classes of our own, registered under the package "zoo", that the models for the tests use."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

register = keras.saving.register_keras_serializable(package="zoo")


@register
class Gate(layers.Layer):  # type: ignore[misc]
    """Scales its input by a trainable vector and adds a Dense of it; counts in a weight that is not trained."""

    def __init__(self, units: int = 3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.inner = layers.Dense(units, name="inner")

    def build(self, input_shape: Any) -> None:
        self.scale = self.add_weight(name="scale", shape=(self.units,), initializer="ones")
        self.seen = self.add_weight(name="seen", shape=(2,), initializer="zeros", trainable=False)
        self.inner.build(input_shape)
        self.built = True

    def call(self, x: Any) -> Any:
        return self.inner(x) * self.scale + self.seen[0]

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


@register
class Stacked(layers.Layer):  # type: ignore[misc]
    """Dense layers of the sizes given; its setting is called `layers`, as that of models is."""

    def __init__(self, layers: list[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sizes = layers
        self.inner = [keras.layers.Dense(size, name=f"inner_{place}") for place, size in enumerate(layers)]

    def build(self, input_shape: Any) -> None:
        for layer in self.inner:
            layer.build(input_shape)
            input_shape = layer.compute_output_shape(input_shape)

    def call(self, x: Any) -> Any:
        for layer in self.inner:
            x = layer(x)
        return x

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], self.sizes[-1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "layers": self.sizes}


@register
class Mix(layers.Layer):  # type: ignore[misc]
    """Called with a dict of tensors: left + right times a weight; gives a dict of two."""

    def build(self, input_shape: Any) -> None:
        self.balance = self.add_weight(name="balance", shape=(input_shape["left"][-1],), initializer="ones")
        self.built = True

    def call(self, inputs: Any) -> Any:
        mixed = inputs["left"] + inputs["right"] * self.balance
        return {"mixed": mixed, "total": ops.sum(mixed, axis=-1, keepdims=True)}


@register
class TiedEmbedding(layers.Embedding):  # type: ignore[misc]
    """An Embedding that is called a second time, with reverse=True, as the projection to its vocabulary."""

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        if reverse:
            return ops.matmul(inputs, ops.transpose(self.embeddings))
        return super().call(inputs)

    def compute_output_shape(self, input_shape: Any, reverse: bool = False) -> Any:
        return (*input_shape[:-1], self.input_dim) if reverse else (*input_shape, self.output_dim)

    def compute_output_spec(self, inputs: Any, reverse: bool = False) -> Any:
        return keras.KerasTensor(self.compute_output_shape(inputs.shape, reverse), dtype=self.compute_dtype)


@register
class Sampling(layers.Layer):  # type: ignore[misc]
    """Draws from the normal distribution that a mean and a log variance describe."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, mean: Any, log_variance: Any) -> Any:
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise


@register
class Chain(keras.Sequential):  # type: ignore[misc]
    """A Sequential under a name of the user's."""


@register
class Tower(keras.Model):  # type: ignore[misc]
    """A subclassed model: one layer as an attribute, more in a list."""

    def __init__(self, units: int = 4, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.d1 = layers.Dense(units, activation="relu")
        self.blocks = [layers.Dense(units, activation="relu") for _ in range(2)]
        self.head = layers.Dense(2)

    def call(self, x: Any) -> Any:
        x = self.d1(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "units": self.units}


@register
class Stack(layers.Layer):  # type: ignore[misc]
    """A layer with layers in lists of lists, whose weights Keras saves only since 3.15; before, they were lost."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stages = [[layers.Dense(3), layers.Dense(3)], [layers.Dense(3)]]

    def build(self, input_shape: Any) -> None:
        for stage in self.stages:
            for layer in stage:
                layer.build(input_shape)
        self.built = True

    def call(self, x: Any) -> Any:
        for stage in self.stages:
            for layer in stage:
                x = layer(x)
        return x


@register
class NestedTower(keras.Model):  # type: ignore[misc]
    """A subclassed model with lists of lists in itself and in a layer, a private layer, and a weight of its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.blocks: list[Any] = [[layers.Dense(3)], {"deep": layers.Dense(3)}]
        self.stack = Stack()
        self._private = layers.Dense(3)
        self.offset = self.add_weight(name="offset", shape=(3,))

    def call(self, x: Any) -> Any:
        x = self.blocks[1]["deep"](self.blocks[0][0](x))
        return self._private(self.stack(x)) + self.offset


@register
class Regularised(keras.Model):  # type: ignore[misc]
    """call(self, x, training=False): a Dropout and a BatchNormalization that want to know."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dense = layers.Dense(4, activation="relu")
        self.norm = layers.BatchNormalization()
        self.drop = layers.Dropout(0.5)
        self.head = layers.Dense(2)

    def call(self, x: Any, training: bool = False) -> Any:
        x = self.norm(self.dense(x), training=training)
        return self.head(self.drop(x, training=training))


@register
class FromDict(keras.Model):  # type: ignore[misc]
    """call(self, inputs) with a dict of an image and of numbers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(3, 3, activation="relu")
        self.pool = layers.GlobalAveragePooling2D()
        self.dense = layers.Dense(3)
        self.join = layers.Concatenate()
        self.head = layers.Dense(2)

    def call(self, inputs: Any) -> Any:
        image = self.pool(self.conv(inputs["image"]))
        return {"class": self.head(self.join([image, self.dense(inputs["numbers"])])), "features": image}


@register
class TwoInputs(keras.Model):  # type: ignore[misc]
    """call(self, query, key): two positional inputs through one shared layer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.embed = layers.Dense(4, activation="tanh")

    def call(self, query: Any, key: Any) -> Any:
        return ops.sum(self.embed(query) * self.embed(key), axis=-1)


@register
class VAE(keras.Model):  # type: ignore[misc]
    """A variational autoencoder of 8 numbers; encoder and decoder are models of their own."""

    def __init__(self, latent: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.latent = latent
        self.encoder = keras.Sequential([layers.Dense(6, activation="relu"), layers.Dense(4)], name="encoder")
        self.mean = layers.Dense(latent, name="mean")
        self.log_variance = layers.Dense(latent, name="log_variance")
        self.sampling = Sampling()
        self.decoder = keras.Sequential([layers.Dense(6, activation="relu"), layers.Dense(8)], name="decoder")

    def call(self, x: Any) -> Any:
        hidden = self.encoder(x)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        return self.decoder(self.sampling(mean, log_variance)), mean, log_variance

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "latent": self.latent}
