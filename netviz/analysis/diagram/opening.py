"""A model at several levels of detail, and a drawing of the inside of each group: what a reader opens, box by box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from netviz.analysis.diagram import build_diagram
from netviz.analysis.diagram.blocks import USUAL_MOST
from netviz.analysis.diagram.outline import OUTLINE_MOST, between, closed, taken_together
from netviz.analysis.diagram.selection import STUB
from netviz.analysis.diagram.sheet import times_text
from netviz.catalog.formulas import grouped
from netviz.model import Model
from netviz.pages import Drawing, Level, LevelName, Shape
from netviz.views import Box, Diagram, Edge, Group

MOST = 3000
"""Boxes of one drawing: some 1.5 MB of SVG, and up to three seconds to lay out."""

WHOLE = ""
"""The id of what is no group: the model."""

_WORDS: Mapping[LevelName, str] = {
    "groups": "groups closed", "blocks": "what repeats drawn once", "layers": "every call"
}  # fmt: skip


def build_drawings(model: Model) -> tuple[tuple[Level, ...], tuple[Drawing, ...]]:
    """The levels of detail that a model can be seen at, the one to begin with first, and all drawings.

    Those of the levels come first, then one for the inside of every group. Both are empty for a model without layers.
    """
    every = build_diagram(model, fold=False)
    if not every.children:
        return (), ()
    folded = every if len(every.boxes) <= USUAL_MOST else build_diagram(model)
    scheme = _gathered(folded) if len(folded.boxes) > MOST else folded
    insides = _Insides.of(scheme)
    levels: dict[LevelName, Diagram] = {}
    whole = insides.diagram(WHOLE)
    if len(whole.boxes) < len(folded.boxes):
        levels["groups"] = whole
    if folded.children != every.children and len(folded.boxes) <= MOST:
        levels["blocks"] = folded
    if len(every.boxes) <= MOST or not levels:
        levels["layers"] = every
    order = sorted(levels, key=lambda name: name != _first(levels))
    numbers = {id: place for place, id in enumerate(insides.groups, start=len(order))}
    root = order.index(next(iter(levels)))
    drawings = []
    for name in order:
        about = f"{_counted(every.layers, 'layer')} in {_counted(len(levels[name].boxes), 'box', 'boxes')}"
        too_many = f"All {len(every.boxes):,} boxes are too many for one drawing; every layer stands in the table."
        drawings.append(
            Drawing(
                every.title, f"{about}, {_WORDS[name]}", levels[name],
                opens={id: numbers[id] for id in _openable(levels[name], insides.groups)},
                remark="" if "layers" in levels else too_many,
            )
        )  # fmt: skip
    for id, group in insides.groups.items():
        trail = (root, *(numbers[one] for one in insides.chains[id][:-1]))
        inner = {child.id: numbers[child.id] for child in group.children if isinstance(child, Group)}
        drawings.append(Drawing(insides.boxes[id].names[0], _about(group), insides.diagram(id), trail, inner, id))
    return tuple(Level(name, place) for place, name in enumerate(order)), tuple(drawings)


def _first(levels: Mapping[LevelName, Diagram]) -> LevelName:
    """The level with most detail that one look takes in, or else the one with least."""
    sizes = {name: len(diagram.boxes) for name, diagram in levels.items()}
    fitting = [name for name, size in sizes.items() if size <= USUAL_MOST]
    return max(fitting, key=lambda name: sizes[name]) if fitting else min(sizes, key=lambda name: sizes[name])


def _openable(level: Diagram, groups: Mapping[str, Group]) -> Iterator[str]:
    """The ids of what can be opened in a level: groups, closed or not, that hold what the group drawn holds."""
    for item in level.walk():
        if item.id in groups and item.layers == groups[item.id].layers:
            yield item.id


@dataclass(slots=True)
class _Insides:
    """The inside of every group of a diagram, and of the whole, with the groups in it closed.

    `boxes` are all boxes, and the groups closed, in the order of the diagram. `chains` has for each the ids of the
    groups around it, the outermost first, and its own. `ends` are the edges in each group with what they join there,
    `stubs` the ids of the boxes there that stand for one outside, before what is inside and after it; `crossing` the
    tensors that enter and leave it, by what gives them. `stubs_taken` are the ids of all stubs in a group.
    """

    whole: Diagram
    groups: dict[str, Group] = field(default_factory=dict)
    boxes: dict[str, Box] = field(default_factory=dict)
    chains: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ends: dict[str, list[tuple[Edge, str, str]]] = field(default_factory=dict)
    stubs: dict[tuple[str, bool], dict[str, str]] = field(default_factory=dict)
    stubs_taken: dict[str, set[str]] = field(default_factory=dict)
    crossing: dict[tuple[str, bool], dict[tuple[str, int], Edge]] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, whole: Diagram) -> _Insides:
        insides = cls(whole)
        stack: list[tuple[Box | Group, tuple[str, ...]]] = [(child, ()) for child in reversed(whole.children)]
        while stack:
            item, around = stack.pop()
            insides.chains[item.id] = chain = (*around, item.id)
            insides.places[item.id] = len(insides.places)
            if isinstance(item, Group):
                insides.groups[item.id] = item
                insides.boxes[item.id] = closed((item,), whole.parameters or 0)
                stack.extend((child, chain) for child in reversed(item.children))
            else:
                insides.boxes[item.id] = item
        for edge in whole.edges:
            insides._add(edge)
        for id in insides.groups:
            insides.boxes[id] = insides._with_tensors(insides.boxes[id])
        return insides

    def _add(self, edge: Edge) -> None:
        """Puts an edge where both ends are seen; in each group that it leaves or enters it leads to or from a stub."""
        tail, head = self.chains[edge.tail], self.chains[edge.head]
        common = 0
        while common < min(len(tail), len(head)) and tail[common] == head[common]:
            common += 1
        if common == len(tail) or common == len(head):
            return  # from a box to itself, or between a group and what it holds
        self.ends.setdefault(tail[common - 1] if common else WHOLE, []).append((edge, tail[common], head[common]))
        crossing = replace(edge, repeating=False, distance=1)
        for chain, outside, after in ((tail, head[common], True), (head, tail[common], False)):
            for place in range(common, len(chain)):
                if chain[place] in self.groups:
                    if not edge.repeating:
                        tensors = self.crossing.setdefault((chain[place], after), {})
                        tensors.setdefault((edge.tail, edge.output), edge)
                    stub = self._stub(chain[place], outside, after)
                    inside = chain[place + 1 : place + 2]  # nothing where it is not known what takes or gives it
                    found = self.ends.setdefault(chain[place], [])
                    found += [(crossing, end, stub) if after else (crossing, stub, end) for end in inside]

    def _with_tensors(self, box: Box) -> Box:
        """The closed group with the shapes of what enters and leaves it, as far as edges tell them."""
        entering, leaving = (self.crossing.get((box.id, after), {}) for after in (False, True))
        if entering:
            box = replace(box, inputs=tuple(edge.shape for edge in entering.values()))
        if not leaving or box.leaves or self.groups[box.id].outputs:
            return box
        pairs = [self._shapes(edge) for edge in leaving.values()]
        first, last = (tuple(pair[side] for pair in pairs) for side in (0, 1))
        if first == last or not any(self.groups[around].repeats for around in self.chains[box.id][:-1]):
            return replace(box, outputs=last, last_outputs=())  # it is left after its last repeat
        return replace(box, outputs=first, last_outputs=last)

    def _shapes(self, edge: Edge) -> tuple[Shape, Shape]:
        """The shape of an edge's tensor in the first repeat and in the last."""
        box = self.boxes[edge.tail]
        if edge.tail in self.groups or edge.repeats or edge.output >= len(box.outputs):
            return edge.shape, edge.shape
        return box.outputs[edge.output], (box.last_outputs or box.outputs)[edge.output]

    def _stub(self, group: str, outside: str, after: bool) -> str:
        """The id of the stub in a group for what lies outside; what comes before and after has two."""
        found = self.stubs.setdefault((group, after), {})
        if outside not in found:
            id = f"{STUB}{outside}"
            taken = self.stubs_taken.setdefault(group, set())
            while id in self.chains or id in taken:
                id += "'"
            found[outside] = id
            taken.add(id)
        return found[outside]

    def diagram(self, id: str) -> Diagram:
        """The inside of a group, or of the whole."""
        group = self.groups.get(id)
        children = [self.boxes[child.id] for child in (group or self.whole).children]
        before, after = (self._outside(id, side) for side in (False, True))
        shut = {box.id for box in children if box.id in self.groups}
        shut |= {
            stub for side in (True, False) for one, stub in self.stubs.get((id, side), {}).items() if one in self.groups
        }
        edges = between(self.ends.get(id, ()), shut)
        drawn = replace(self.whole, children=(*before, *children, *after), edges=edges)
        return (
            replace(drawn, title=group.heading, shown=len(group.layers), description=_about(group)) if group else drawn
        )

    def _outside(self, group: str, after: bool) -> Iterator[Box]:
        """The stubs of a group on one side, in the order of what they stand for."""
        found = self.stubs.get((group, after), {})
        for outside in sorted(found, key=self.places.__getitem__):
            box = self.boxes[outside]
            yield Box(
                found[outside], box.names, box.classes, box.family, "stub",
                outputs=() if after else box.last_outputs or box.outputs, calls=box.calls, layers=box.layers,
            )  # fmt: skip


def _about(group: Group) -> str:
    """ "×4, 12 layers in each, 1,234,567 parameters in all"."""
    words = []
    if group.class_name:
        words.append(group.class_name)
    if group.repeats:
        words.append(f"×{times_text(group.repeats)}" + " side by side" * group.parallel)
    if group.repeats and group.each is not None:
        words.append(f"{_counted(group.each, 'layer')} in each")
    else:
        words.append(_counted(len(group.layers) - bool(group.class_name), "layer"))
    if group.parameters is None:
        words.append("unknown parameters")
    elif group.parameters:
        words.append(_counted(group.parameters, "parameter") + " in all" * (sum(group.repeats) > 1))
    return ", ".join(words)


def _gathered(diagram: Diagram) -> Diagram:
    """The diagram with neighbours as groups where more boxes and groups stand side by side than can be drawn."""
    taken = {item.id for item in diagram.walk()}

    def gathered(children: Sequence[Box | Group]) -> tuple[Box | Group, ...]:
        inner = [
            replace(child, children=gathered(child.children)) if isinstance(child, Group) else child
            for child in children
        ]
        if len(inner) <= MOST:
            return tuple(inner)
        return tuple(piece[0] if len(piece) == 1 else group(piece) for piece in taken_together(inner, OUTLINE_MOST))

    def group(piece: tuple[Box | Group, ...]) -> Group:
        box = closed(piece, diagram.parameters or 0)
        id = f"{box.id}…"
        while id in taken:
            id += "…"
        taken.add(id)
        return Group(id, box.names[0], None, box.family, piece, parameters=box.parameters, layers=box.layers)

    return replace(diagram, children=gathered(diagram.children))


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{grouped(number)} {one if number == 1 else many or one + 's'}"
