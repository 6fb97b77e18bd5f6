"""`netviz graph` against `keras.utils.plot_model`, which needs the system's `dot`; and how the time grows."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.timing import ENVIRONMENT, seconds, side_by_side

KERAS = """
import sys, keras
model = keras.models.load_model(sys.argv[1])
keras.utils.plot_model(model, to_file=sys.argv[2], show_shapes=True, show_layer_names=True)
"""
MAKE = "import sys, keras; getattr(keras.applications, sys.argv[1])(weights=None).save(sys.argv[2])"
MODELS = ("VGG16", "ResNet50", "EfficientNetB7", "NASNetLarge")
GOAL = 10
"""How many times faster than Keras a picture has to be."""
BYTES_GOAL, DRAWING_GOAL, GROWTH_GOAL, LONGEST = 0.25, 0.30, 1.5, 10.0

DRAWING = """
import sys, time
import netviz
from netviz.render.diagram import picture
laid = 0.0
plain = picture.lay_out
def timed(*args, **kwargs):
    global laid
    begin = time.perf_counter()
    try:
        return plain(*args, **kwargs)
    finally:
        laid += time.perf_counter() - begin
picture.lay_out = timed
graph = netviz.graph(sys.argv[1], fold=False)
begin = time.perf_counter()
graph.to("svg")
print(laid, time.perf_counter() - begin - laid)
"""
"""Seconds of layout, and of all else that makes an SVG of a diagram, in one process."""


def measure_graph() -> None:
    """Prints a line per model: how many times faster than Keras, bytes, drawing by layout; then how time grows."""
    command = [sys.executable, "-m", "netviz", "graph"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for model in MODELS:
            path, ours, theirs = (str(folder / f"{model}{end}") for end in (".keras", "-netviz.svg", "-keras.svg"))
            subprocess.run([sys.executable, "-c", MAKE, model, path], check=True, env=ENVIRONMENT, capture_output=True)
            commands = {
                "folded": [*command, path, "--fold", "-o", ours],
                "full": [*command, path, "--no-fold", "-o", ours],
            }
            keras = [sys.executable, "-c", KERAS, path, theirs]
            if shutil.which("dot") and subprocess.run(keras, env=ENVIRONMENT, capture_output=True).returncode == 0:
                commands["keras"] = keras
            times = side_by_side(commands, 3)
            line = f"{model:15} folded {times['folded']:5.2f} s  full {times['full']:5.2f} s"
            if "keras" in commands:
                share = Path(ours).stat().st_size / Path(theirs).stat().st_size
                line += f"  Keras {times['keras']:5.2f} s: {times['keras'] / times['folded']:4.0f} times faster folded,"
                line += f" {times['keras'] / times['full']:4.0f} full (goal ≥ {GOAL})"
                line += f"  {share:.0%} of its bytes (goal < {BYTES_GOAL:.0%} for NASNetLarge)"
            else:
                line += "  Keras: no picture" if shutil.which("dot") else "  Keras: not measured, dot is not installed"
            parts = subprocess.run([sys.executable, "-c", DRAWING, path], check=True, capture_output=True, text=True)
            layout, drawing = map(float, parts.stdout.split())
            line += f"  drawing {1000 * drawing:.0f} ms, {drawing / layout:.0%} of the layout's {1000 * layout:.0f} ms"
            print(f"{line} (goal ≤ {DRAWING_GOAL:.0%})", flush=True)
        grown: dict[tuple[str, int], float] = {}
        for layers in (1_000, 10_000):
            config = folder / f"{layers}.json"
            config.write_text(json.dumps(residual_chain(layers)))
            for way in ("--fold", "--outline", "--no-fold"):
                grown[way, layers] = seconds([*command, str(config), way, "-o", str(folder / "chain.svg")])
        for way in ("--fold", "--outline", "--no-fold"):
            growth = grown[way, 10_000] / grown[way, 1_000] / 10
            print(
                f"10,000 layers {way}: {grown[way, 10_000]:.2f} s (goal < {LONGEST:.0f}),"
                f" {growth:.2f} times the time per layer of 1,000 (goal < {GROWTH_GOAL})"
            )


def residual_chain(layers: int) -> dict[str, Any]:
    """The config of a model of that many layers: blocks of Dense, ReLU, Dense and Add, one after the other."""
    written: list[dict[str, Any]] = [
        layer("InputLayer", "input", [], batch_shape=[None, 64], dtype="float32", sparse=False)
    ]
    before = "input"
    while len(written) < layers:
        number = len(written)
        names = [f"{kind}_{number}" for kind in ("up", "relu", "down", "add")]
        written += [
            layer("Dense", names[0], [before], units=128, activation="linear", use_bias=True),
            layer("ReLU", names[1], [names[0]]),
            layer("Dense", names[2], [names[1]], units=64, activation="linear", use_bias=True),
            layer("Add", names[3], [[before, names[2]]]),
        ]
        before = names[3]
    config = {
        "name": f"chain_{layers}",
        "layers": written,
        "input_layers": [["input", 0, 0]],
        "output_layers": [[before, 0, 0]],
    }
    return {"module": "keras", "class_name": "Functional", "config": config, "registered_name": None}


def layer(class_name: str, name: str, inputs: list[Any], **config: object) -> dict[str, Any]:
    """One layer as Keras 3 writes it, called on the outputs of the layers named."""

    def tensor(source: Any) -> Any:
        if isinstance(source, list):
            return [tensor(one) for one in source]
        history = {"shape": [None, 64], "dtype": "float32", "keras_history": [source, 0, 0]}
        return {"class_name": "__keras_tensor__", "config": history}

    nodes = [{"args": [tensor(source) for source in inputs], "kwargs": {}}] if inputs else []
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "config": {"name": name, "trainable": True, **config},
        "registered_name": None,
        "name": name,
        "inbound_nodes": nodes,
    }
