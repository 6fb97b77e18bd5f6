"""Plans, tensors and stored variables put together: the layers of a model that was read statically."""

from __future__ import annotations

from netviz.catalog.dtypes import policy_name
from netviz.catalog.kinds import Arguments
from netviz.model import Config, Graph, Layer, Note, Severity, Tensor, Weight
from netviz.readers.derived import derived_weights
from netviz.readers.infer import Inference, entered
from netviz.readers.join import Storage
from netviz.readers.plan import Entry, Plan, below
from netviz.readers.quantized import as_computed
from netviz.readers.sharing import MOST_NAMESAKES, repeated
from netviz.readers.wiring import misfits, wire
from netviz.readers.wrapped import wrapper_graph

MAX_WRAPPED = 1_000
"""Layers shown at most inside of wrappers that are inside of wrappers themselves.

A Bidirectional shows its layer twice, so a small file with forty of them inside each other would be 2 to the 40 layers.
"""


MAX_MADE, FAR_LARGER = 1 << 30, 100
"""Bytes that Keras may make for a variable, and how many times those stored: beyond both, a file takes all memory."""


class LayerBuilder:
    """Builds layers from entries; what is missing or unknown goes to `notes`.

    `loadable` is whether Keras could load the source, which is then a way to see more.
    """

    def __init__(self, storage: Storage, notes: list[Note], *, loadable: bool = False) -> None:
        self._loadable = loadable
        self._storage = storage
        self._notes = notes
        self._inference = Inference(notes)
        self._repeated: frozenset[str] = frozenset()
        self._wrappers = self._wrapped_within = 0
        self._shared: dict[int, tuple[Weight, ...]] = {}
        self._owners: dict[tuple[str, str | None], list[tuple[Config, tuple[Weight, ...]]]] = {}

    def build(
        self, entry: Entry, path: str, location: str, arguments: Arguments | None = None, inherited: bool = True
    ) -> Layer:
        """The layer for an entry: `location` is its group among the stored variables.

        `arguments` are those of its first call, None where no call is known. `inherited` is whether the model
        that holds it is trainable, which goes for an InputLayer, of which the file does not say.
        """
        if not path and entry.plan:
            self._repeated = repeated(entry.plan)
        self._wrapped_within += self._wrappers > 1
        if self._wrapped_within == MAX_WRAPPED:
            message = f"Over {MAX_WRAPPED:,} layers are wrapped in one another: what further ones hold is left out."
            self._note("warning", "wrapped-too-often", path, message)
        stated = entry.config.get("trainable", True if entry.is_operation else inherited)
        trainable = stated is not False
        weights = self._weights(entry, path, location, trainable, arguments)
        if entry.plan:
            graph: Graph | None = self._graph(
                entered(entry.plan, arguments), path, below(location, "layers"), trainable
            )
        elif entry.is_operation or (entry.kind and not entry.kind.registered):
            graph = self._wrapped(entry, path, location, arguments)
        else:
            inner = self._storage.tree(location, path, trainable)
            graph = Graph(inner) if inner else None
            if path and entry.kind is None:
                self._note_unknown_class(entry, path, bool(weights or inner))
            elif path and inner:
                message = f"The classes of the layers inside {entry.class_name} are not stored"
                self._note("info", "class-unknown", path, f"{message}: all their weights are counted as trainable.")
        return Layer(
            path=path,
            name=entry.name,
            class_name=entry.class_name,
            module=entry.module,
            config=entry.config,
            weights=weights,
            trainable=trainable,
            dtype=policy_name(entry.config),
            graph=graph,
        )

    def _weights(
        self, entry: Entry, path: str, location: str, trainable: bool, arguments: Arguments | None
    ) -> tuple[Weight, ...]:
        """The entry's variables; an object that stands twice in the config has them stored once."""
        if entry.is_operation:
            return ()
        kind = None if entry.plan else entry.kind
        if not self._storage.holds_weights:
            if entry.plan or entry.class_name is None:  # of a file without a config nothing is to be derived
                return ()
            return derived_weights(kind, entry.config, arguments or entry.called_on, path, trainable)
        weights = self._storage.weights(kind, {} if entry.plan else entry.config, location, trainable)
        if entry.shared is not None:  # the HDF5 format has the values once more
            weights = self._shared[entry.shared] = self._shared.get(entry.shared) or weights or self._twin(entry)
        self._owners.setdefault((entry.name, entry.class_name), []).append((entry.config, weights))
        held = {weight.name: weight.tensor for weight in weights}
        expected = len(kind.variables(entry.config, lambda: held)) if kind else 0
        if len(weights) < expected:
            self._note(
                "warning",
                "weights-missing",
                path,
                f"{entry.class_name} has {expected} variables, the file holds {len(weights)} of them.",
            )
        weights, conflicts = as_computed(kind, entry.config, arguments or entry.called_on, weights)
        for weight, wanted in conflicts:
            made = Tensor(wanted, weight.tensor.dtype).nbytes or 0
            takes = f"{made:,} bytes" if made < 1 << 64 else "more bytes than there are"
            far_larger = made > MAX_MADE and made > FAR_LARGER * (weight.tensor.nbytes or 1)
            self._note(
                "danger" if far_larger else "warning",
                "size-claim" if far_larger else "weight-conflict",
                path,
                f"{weight.name} is stored in the shape {weight.tensor.shape}; by the layer's settings and its input "
                f"it has the shape {wanted}{f', which takes {takes}' if far_larger else ''}.",
            )
        return weights

    def _twin(self, entry: Entry) -> tuple[Weight, ...]:
        """The variables of the one layer built before that this one can be; () where there is none or more than one.

        Keras 3 marks a layer that stands in two models as shared only where it writes it a second time.
        """
        namesakes = self._owners.get((entry.name, entry.class_name), [])[:MOST_NAMESAKES]
        found = [weights for config, weights in namesakes if weights and config == entry.config]
        return found[0] if len(found) == 1 else ()

    def _graph(self, plan: Plan, path: str, container: str, trainable: bool) -> Graph:
        flow = self._inference.propagate(plan, path)
        stored = [entry for entry in plan.entries if not entry.is_operation]
        members = [(_stored_class(entry), entry.name) for entry in stored]
        before = [entry.name for entry in stored if below(path, entry.name) in self._repeated]
        located = self._storage.locate(members, container, before)
        locations = {entry.name: location for entry, location in zip(stored, located, strict=True)}
        layers = tuple(
            self.build(
                entry,
                below(path, entry.name),
                locations.get(entry.name, ""),
                flow.arguments.get((entry.name, 0)),
                trainable,
            )
            for entry in plan.entries
        )
        graph = wire(plan, flow, layers)
        self._notes += misfits(graph, path)
        self._note_unknown_shapes(graph)
        return graph

    def _wrapped(self, entry: Entry, path: str, location: str, arguments: Arguments | None) -> Graph | None:
        """The layers inside a wrapper, each with what the catalog says it gives."""
        inside = []
        if self._wrapped_within > MAX_WRAPPED:
            return None
        self._wrappers += 1
        for inner in self._inference.wrapped(entry, arguments):
            inner_path = below(path, inner.entry.name)
            layer = self.build(inner.entry, inner_path, below(location, inner.location), inner.arguments)
            inside.append((layer, inner.arguments, self._inference.call(inner.entry, inner.arguments, inner_path)))
        self._wrappers -= 1
        return wrapper_graph(entry.name, entry.class_name, inside)

    def _note_unknown_class(self, entry: Entry, path: str, holds_weights: bool) -> None:
        name = entry.class_name or "The class"
        if not self._storage.holds_weights:
            self._note(
                "info",
                "class-unknown",
                path,
                f"{name} is not a Keras class: what weights it has, the config does not say.",
            )
        elif holds_weights:
            self._note(
                "info",
                "class-unknown",
                path,
                f"{name} is not a Keras class: which of its variables are trainable is not stored (nor, in a .keras "
                "file, their names); all are counted as trainable. netviz.register_layer teaches netviz the class.",
            )

    def _note_unknown_shapes(self, graph: Graph) -> None:
        unknown = {call.layer for call in graph.calls if any(tensor.shape is None for tensor in call.outputs)}
        for layer in graph.layers:
            if layer.name in unknown:
                message = f"The output shape of {layer.class_name} cannot be known from the file alone."
                self._note("warning", "shape-unknown", layer.path, f"{message} {self._remedy(layer)}")

    def _remedy(self, layer: Layer) -> str:
        """How an output shape that the file does not tell can be had."""
        if layer.class_name == "Lambda":
            return "It is known where the Lambda is made with output_shape=…"
        own = not (layer.module or "").startswith("keras")
        ways = ["teach netviz the class (netviz.register_layer)"] if own else []
        if self._loadable and own:
            ways.append("import the module that defines it and let Keras load the model (load=True)")
        elif self._loadable:
            ways.append("let Keras load the model to see it (--load, load=True)")
        text = ", or ".join(ways) or "the live model tells"
        return f"{text[0].upper()}{text[1:]}."

    def _note(self, severity: Severity, code: str, path: str, message: str) -> None:
        self._notes.append(Note(severity, code, path, message))


def _stored_class(entry: Entry) -> str:
    return (entry.kind and entry.kind.stored_class) or entry.class_name or ""
