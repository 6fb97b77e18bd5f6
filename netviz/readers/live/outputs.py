"""What every call of a live model gives, at any depth, seen while the model runs once.

While it runs, `__call__` of Keras's classes (and of those of the user's that have their own) tells a recorder what goes
in and what comes out. Nothing is put on the model itself, and it is not compiled: it works with every backend, and with
layers that a model holds in any way. Other threads are not recorded and run as before.
"""

from __future__ import annotations

import functools
import inspect
import threading
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import keras
import numpy as np
from keras.src.ops.operation import Operation
from numpy.typing import NDArray

from netviz.errors import NetvizError, UsageError
from netviz.model import Model, Note
from netviz.readers.live import LiveConfig, _reason
from netviz.readers.live.entrances import Entrances
from netviz.readers.live.kept import LOCK, as_it_was, do_all
from netviz.readers.live.places import Frame, Places, call_paths
from netviz.readers.live.structures import leaves

Array = NDArray[Any]

SCORES = ":scores"
"""Ends the name of the attention scores of a call."""

NO_VALUES = (NotImplementedError, TypeError, AttributeError, RuntimeError)
"""What a tensor without values answers when it is asked for them: one of a tf.function, of jax.jit, of torch.vmap."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One call: the tensors that came out by their names (the call's path, with [0], [1] … where there are several).

    `arguments` and `keywords` are as the layer was given them, `operation` is the layer itself.
    """

    path: str
    layer: str
    operation: Any
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    outputs: Mapping[str, Array]


Receive = Callable[[Seen], None]


@dataclass(slots=True)
class _Recorder:
    places: Places
    wanted: Collection[str] | None
    scores: bool
    receive: Receive
    own: Collection[int]
    """The ids of the model's layers, at any depth."""
    stack: list[Frame] = field(default_factory=list)
    thread: int = field(default_factory=threading.get_ident)
    paused: bool = False
    over: bool = False
    refused: BaseException | None = None
    """What `receive` raised, which is no fault of the model's."""
    entered: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    hidden: dict[str, str] = field(default_factory=dict)
    """By path of a call why its outputs cannot be had."""
    lost: dict[str, str] = field(default_factory=dict)
    """By path of a call why its scores cannot be had."""
    failed: str | None = None
    odd: str | None = None
    """What is wrong with the numbers that went into the call that failed."""
    unbuilt: str | None = None

    def call(self, plain: Callable[..., Any], owner: type, operation: Any, args: Any, kwargs: Any) -> Any:
        """Calls the operation as `plain` does, and tells what it gave."""
        around = self.stack[-1] if self.stack else None
        if around and around.operation is operation and owner is not _caller(type(operation)):  # super().__call__(…)
            return plain(operation, *args, **kwargs)
        frame = self.places.enter(around, operation) if around else Frame(operation, "", "")
        while frame.path and frame.path in self.entered:  # a layer with the name "shared#2" beside a second call
            frame.path += "'"
        self.entered.add(frame.path or "")
        self._require_built(frame)
        self.stack.append(frame)
        try:
            self._enter(frame, args)
            outputs = plain(operation, *args, **kwargs)
        except BaseException:
            if not self.failed and frame.path:
                self.failed, self.odd = frame.path, _unknown_tokens(operation, args)
            raise
        finally:
            self.stack.pop()
        if frame.path:
            self._tell(frame, args, kwargs, outputs)
            if self.scores and frame.path in self.called:
                self._tell_scores(plain, frame, args, kwargs)
        return outputs

    def _enter(self, frame: Frame, args: Any) -> None:
        """Tells what enters a Functional model as the outputs of its InputLayers."""
        entrances = self.places.entrances(frame)
        if not entrances or not args:
            return
        try:
            values = frame.operation._standardize_inputs(args[0])
        except Exception:  # the model itself will say what is wrong
            return
        for place, path in entrances.items():
            layer = self.places.calls.get(path, path)
            source = frame.operation.inputs[place]._keras_history.operation
            self._tell(Frame(source, path, layer), (), {}, values[place])

    def _tell(self, frame: Frame, args: Any, kwargs: Any, outputs: Any) -> None:
        path = cast("str", frame.path)
        self.called.add(path)
        if self.wanted is not None and path not in self.wanted:
            return
        flat = list(leaves(outputs))
        try:
            arrays = {
                name: as_array(tensor)
                for name, tensor in zip(_names(path, len(flat)), flat, strict=True)
                if keras.ops.is_tensor(tensor)
            }
        except NO_VALUES:
            self.hidden[path] = "runs inside a function that the backend compiles"
            return
        self._give(Seen(path, frame.layer or path, frame.operation, args, kwargs, arrays))

    def _give(self, seen: Seen) -> None:
        try:
            self.receive(seen)
        except BaseException as error:
            self.refused = self.refused or error
            raise

    def _tell_scores(self, plain: Callable[..., Any], frame: Frame, args: Any, kwargs: Any) -> None:
        """Has an attention layer give its scores, which costs a second call of it alone."""
        path = cast("str", frame.path)
        if (self.wanted is not None and path not in self.wanted) or not _gives_scores(frame.operation, kwargs):
            return
        self.paused = True
        try:
            outputs = plain(frame.operation, *args, **{**kwargs, "return_attention_scores": True})
            if not isinstance(outputs, list | tuple) or len(outputs) < 2:
                raise TypeError("asked for them, it gives one output only")
            scores = as_array(outputs[-1])
        except MemoryError:
            raise
        except Exception as error:  # a class of the user's may understand the argument otherwise
            self.lost[path] = self.hidden.get(path) or _reason(error)
            return
        finally:
            self.paused = False
        seen = {f"{path}{SCORES}": scores}
        self._give(Seen(path, frame.layer or path, frame.operation, args, kwargs, seen))

    def _require_built(self, frame: Frame) -> None:
        """Also of what has no path of its own, such as a PReLU that is the activation of another layer."""
        operation = frame.operation
        if getattr(operation, "built", True) or (frame.path is None and id(operation) not in self.own):
            return
        if type(operation).build is not keras.layers.Layer.build:
            self.unbuilt = frame.layer or operation.name
            raise UsageError(
                f"the layer {self.unbuilt} is not built, and to call it would change the model",
                "Call the model on a batch of data first: that makes its weights.",
            )


class Runner:
    """Runs a live model, or one that Keras loaded from a file, and tells what its calls give."""

    def __init__(self, model: Model) -> None:
        """Raises NetvizError for a model that is not at hand, UsageError for one that is not built."""
        examine = model.examine
        if not isinstance(examine, LiveConfig) or examine.model is None:
            raise NetvizError(
                f"{model.name}: the live model is not at hand", "Give the live model itself, or the path of its file."
            )
        if not examine.model.built:
            raise UsageError(
                f"{model.name} is not built: it has no weights yet, and netviz does not change it",
                "Call model.build((None, …)) with the shape of its input, or the model itself on a batch of data.",
            )
        self.live = examine.model
        self.entrances = Entrances(self.live)
        self._model = model
        self._places = Places(model, examine.objects)
        self._called: set[str] = set()
        self._hidden: dict[str, str] = {}
        self._lost: dict[str, str] = {}

    @property
    def objects(self) -> Mapping[str, Any]:
        """The live layers by their paths."""
        return self._places.objects

    def run(
        self, inputs: Sequence[Array | None], receive: Receive, wanted: Collection[str] | None, scores: bool
    ) -> None:
        """Calls the model on one batch and `receive` with what each call gave, as soon as it has.

        `inputs` are those of `entrances`, in order; `wanted` are paths of calls, None all. With `scores` attention
        layers are asked for their scores, too. What is received may share memory with tensors that are still in use.
        Raises NetvizError where the model fails, with the layer where it did.
        """
        args, kwargs = self.entrances.arguments(inputs)
        own = frozenset(id(layer) for layer in self.live._flatten_layers())
        recorder = _Recorder(self._places, wanted, scores, receive, own)
        try:
            with LOCK, as_it_was(self.live), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with _recording(recorder, self._classes()):
                    self.live(*args, **kwargs, training=False)
        except NetvizError:
            raise
        except MemoryError as error:
            raise NetvizError(
                f"{self._model.name}: its outputs take more memory than there is",
                "Give fewer samples at a time (batch_size, --batch-size), or keep only statistics.",
            ) from error
        except Exception as error:  # the user's model may raise anything
            if recorder.refused is not None:
                raise recorder.refused from None
            if recorder.unbuilt:
                raise UsageError(
                    f"the layer {recorder.unbuilt} is not built, and to call it would change the model",
                    "Call the model on a batch of data first: that makes its weights.",
                ) from error
            where = f" in {recorder.failed}" if recorder.failed else ""
            raise NetvizError(
                f"{self._model.name}: the model fails{where}: {recorder.odd or _reason(error)}",
                f"It takes {self.entrances.expected()}.",
            ) from error
        if recorder.refused is not None:  # and the model went on without
            raise recorder.refused
        self._called |= recorder.called
        self._lost.update(recorder.lost)
        self._hidden.update(recorder.hidden)

    def notes(self) -> list[Note]:
        """Why calls that the model has were not seen, a note for each cause."""
        layers = {layer.path: layer for layer in self._model.root.walk()}
        missing: dict[tuple[str, str], list[str]] = {}
        for path, layer in call_paths(self._model.graph):
            around = path.rpartition("/")[0]
            if (path in self._called and path not in self._hidden) or (around and around not in self._called):
                continue  # of what lies inside a call that was not seen it is enough to name that
            cause = self._hidden.get(path) or self._cause(layer, layers.get(layer.rpartition("/")[0]))
            missing.setdefault((around, cause), []).append(path)
        return [
            Note("info", "not-captured", around, f"Not shown: {_listed(paths)}: {cause}.")
            for (around, cause), paths in missing.items()
        ] + [
            Note("info", "no-scores", path, f"Not shown: the attention scores of {path}: {cause.rstrip('.')}.")
            for path, cause in self._lost.items()
        ]

    def _cause(self, path: str, owner: Any) -> str:
        around = self.objects.get(owner.path if owner else "")
        operation = self.objects.get(path)
        if not isinstance(operation, keras.layers.Layer):
            return "functions of keras.ops inside a call() compute at once, without a call that could be seen"
        if isinstance(around, keras.layers.RNN):
            return "cells run once for each step; what they give is what the layer around them gives"
        if isinstance(around, keras.layers.Wrapper):
            return "runs inside its wrapper without a call of its own; what it gives is what the wrapper gives"
        return "was not called in this run, or is made anew in each"

    def _classes(self) -> list[type]:
        """Every class with a `__call__` that layers or operations of the model use."""
        found: dict[type, None] = {Operation: None, keras.layers.Layer: None}
        for operation in self.objects.values():
            for one in type(operation).__mro__:
                if "__call__" in vars(one) and issubclass(one, Operation):
                    found[one] = None
        return list(found)


@contextmanager
def _recording(recorder: _Recorder, classes: Sequence[type]) -> Iterator[None]:
    """Lets the recorder know of every call of these classes in this thread."""
    with LOCK:
        plain = {one: vars(one)["__call__"] for one in classes}
        try:
            for one, method in plain.items():
                _set(one, _watched(recorder, one, method))
            yield
        finally:
            recorder.over = True
            do_all(functools.partial(_set, one, method) for one, method in plain.items())


def _set(one: Any, method: Any) -> None:
    type.__setattr__(one, "__call__", method)


def _watched(recorder: _Recorder, owner: type, plain: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(plain)
    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        if recorder.over or recorder.paused or threading.get_ident() != recorder.thread:
            return plain(self, *args, **kwargs)
        return recorder.call(plain, owner, self, args, kwargs)

    return watched


def _unknown_tokens(operation: Any, args: Any) -> str | None:
    """What is wrong with the tokens that an Embedding was given; None where nothing is, or for another layer."""
    if not isinstance(operation, keras.layers.Embedding) or not args:
        return None
    try:
        tokens, size = as_array(args[0]), int(operation.input_dim)
        least, most = int(tokens.min()), int(tokens.max())
    except Exception:  # no tokens at all
        return None
    odd = least if least < 0 else most
    return None if least >= 0 and most < size else f"token {odd} is none of its {size:,}, which are 0 to {size - 1:,}"


def _caller(one: type) -> type | None:
    """The class whose `__call__` an object of this class is called by."""
    return next((base for base in one.__mro__ if "__call__" in vars(base)), None)


def _names(path: str, count: int) -> list[str]:
    return [path] if count == 1 else [f"{path}[{place}]" for place in range(count)]


def _gives_scores(operation: Any, kwargs: Mapping[str, Any]) -> bool:
    if kwargs.get("return_attention_scores") or not isinstance(operation, keras.layers.Layer):
        return False
    try:
        return "return_attention_scores" in inspect.signature(operation.call).parameters
    except (TypeError, ValueError):
        return False


def as_array(tensor: Any) -> Array:
    """The tensor as numpy has it, without a copy where its backend allows; small floats as float32, texts as str."""
    dense = keras.backend.backend() != "torch" and not getattr(tensor, "sparse", False)
    if dense and hasattr(tensor, "__array__"):
        values: Any = np.asarray(tensor)
    else:
        values = keras.ops.convert_to_numpy(tensor)
    if values.dtype == object:
        texts = [one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in values.ravel()]
        return np.array(texts, dtype=str).reshape(values.shape)
    if values.dtype.kind == "V":  # bfloat16, float8
        return cast("Array", values.astype(np.float32))
    return cast("Array", values)


def _listed(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return f"{', '.join(paths[:3])}{more}"
