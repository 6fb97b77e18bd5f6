"""The commands behind the pictures of this folder: the one place where they stand.

`make_gallery.py` runs them and writes README.md from this table; the tests run those again whose bytes are netviz's
alone. All run in the root of the project, but those of models without a folder in their names: models.py makes these,
and the package fer has `emotion_model.hdf5`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """What writes a picture, without `netviz` and `-o`, and what is to be seen; `columns` is the width of the terminal
    that shows the text of a command."""

    command: str
    words: str
    columns: int = 0


def figures(source: str, **styles: tuple[str, str]) -> dict[str, Picture]:
    """Figures of one model: by style, further options and what is to be seen."""
    name = source.rpartition("/")[2].partition(".")[0]
    pictures = {}
    for key, (options, words) in styles.items():
        style, _, variant = key.partition("_")
        command = " ".join(filter(None, (f"figure examples/{source} --style {style}", options)))
        pictures["-".join(filter(None, ("figure", name, style, variant.replace("_", "-"))))] = Picture(command, words)
    return pictures


FIGURES: Mapping[str, Mapping[str, Picture]] = {
    "LeNet-5": figures(
        "architectures/lenet-5.json",
        lenet=("", "feature maps, and what one number of the next is computed from"),
        volumes=("", "the same as boxes in space"),
        neurons=("", "its dense end as neurons"),
        blocks=("--direction LR", "as a flow from left to right"),
        lenet_column=("--width 8.5cm --font serif --theme print", "in one column of a paper, safe in greyscale"),
    ),
    "AlexNet": figures(
        "architectures/alexnet.json",
        volumes=("", "boxes by height, width and channels"),
        lenet=("", "feature maps"),
        neurons=("", "its dense end: long layers are shortened, with their number"),
        blocks=("", "dropout is no block of its own"),
    ),
    "VGG16": figures(
        "architectures/vgg16.json",
        volumes=("--caption", "with a caption"),
        volumes_column=("--width 8.5cm", "in one column of a paper"),
        lenet=("", "feature maps"),
        neurons=("", "its dense end"),
        blocks=("", "as a flow"),
    ),
    "ResNet50": figures(
        "architectures/resnet50.json",
        volumes=("", "what repeats stands once, with ×N and its skip connections"),
        blocks=("", "four stages of residual blocks"),
        neurons=("", "its dense end"),
    ),
    "U-Net": figures(
        "architectures/u-net.json",
        volumes=("", "its skip connections as arcs"),
        volumes_dark=(
            "--theme dark --annotate 'bottom_conv1..bottom_conv2=bottleneck'",
            "in the dark, with words of one's own",
        ),
        blocks=("", "as a flow"),
    ),
    "An autoencoder": figures(
        "architectures/autoencoder.json",
        volumes=("--annotate 'code=32 numbers'", "with words of one's own at the bottleneck"),
        lenet=("", "feature maps"),
        blocks=("", "as a flow"),
    ),
    "A model with two inputs": figures(
        "architectures/two-inputs.json",
        volumes=("", "branches side by side"),
        blocks=("", "as a flow"),
        neurons=("", "what comes behind the joint, as neurons"),
    ),
    "A transformer encoder": figures(
        "architectures/encoder.json",
        blocks=("", "BERT's size: twelve blocks are one"),
        blocks_print=("--omit Dropout --theme print --font serif", "safe in greyscale"),
        neurons=("", "its dense end"),
    ),
    "A dense network of 8, 6, 6 and 4 units": figures(
        "models/mlp.keras",
        neurons=("", "weights by colour and width"),
        neurons_input=(
            "--input 0.22,0.34,0.29,0.27,0.27,0.27,0.29,0.25",
            "the values that flow for one input: ink in the rows of a 1",
        ),
        neurons_print=("--theme print --show name,biases --direction TB", "with biases as units of their own"),
        blocks=("", "as a flow"),
    ),
    "A perceptron": figures(
        "models/perceptron.keras",
        neurons=("--show name,activation,weights,biases", "it learned the logical and"),
        neurons_input=("--input 1,1 --show name,activation,weights,biases", "1 and 1"),
        blocks=("", "as a flow"),
    ),
    "Networks to follow by hand": {
        **figures(
            "models/line.keras", neurons=("--input 4 --show name,weights,biases", "y = 2x + 1, with x = 4"),
        ),
        **figures("models/xor.keras", neurons=("--input 1,0 --show name,weights,biases", "the exclusive or")),
    },
}  # fmt: skip
"""By network, and by the name of the file."""

GRAPHS: Mapping[str, Picture] = {
    "graph-resnet50": Picture(
        "graph examples/architectures/resnet50.json --compact",
        "four stages of residual blocks, found by structure and shown once",
    ),
    "graph-encoder": Picture(
        "graph examples/architectures/encoder.json", "a transformer of BERT's size, twelve blocks"
    ),
    "graph-lenet": Picture(
        "graph examples/models/lenet.keras --direction LR --show name,class,details,input,output,parameters,share",
        "a LeNet from left to right",
    ),
    "graph-twins": Picture("graph twins.json", "one tower, called twice"),
    "graph-residual": Picture("graph examples/models/residual.keras --fold", "two inputs that go the same way"),
    "graph-efficientnetb7": Picture(
        "graph efficientnetb7.json --compact", "816 layers; the padding is there in four of six stages"
    ),
    "graph-u-net": Picture("graph examples/architectures/u-net.json --compact --theme dark", "a U-Net"),
    "graph-densenet201": Picture("graph densenet201.json --theme print", "DenseNet201, without colours"),
    "graph-vgg16-parameters": Picture(
        "graph examples/architectures/vgg16.json --color parameters", "VGG16: where its parameters are"
    ),
    "graph-vgg16-macs": Picture(
        "graph examples/architectures/vgg16.json --color macs", "and where its multiply-accumulates are"
    ),
    "diff-lenet": Picture(
        "diff examples/models/lenet.keras examples/models/lenet-tuned.keras",
        "a LeNet and the same trained further: frozen, changed, put in, renamed",
    ),
    "graph-inceptionresnetv2-outline": Picture(
        "graph inceptionresnetv2.json --outline", "InceptionResNetV2: 782 layers at a glance"
    ),
    "graph-nasnetlarge-cell": Picture(
        "graph nasnetlarge.json --select '.*_normal_.*_5' --select 'normal_.*_5' --select 'activation_8[3-9]'"
        " --select 'activation_9[0-2]'",
        "one of the cells of NASNetLarge, with stubs where it is connected",
    ),
}

PLOTS: Mapping[str, Picture] = {
    "cost-resnet50": Picture(
        "cost examples/architectures/resnet50.json",
        "multiply-accumulates, shares and memory over the depth of ResNet50",
    ),
    "functions-compare": Picture("functions relu gelu silu --compare --derivative", "dashed the derivatives"),
    "functions-poster": Picture("functions --grid", "every activation of Keras"),
    "functions-lstm": Picture("functions examples/models/lstm.keras", "the functions that a model uses, and where"),
    "losses": Picture("losses mse mae huber log_cosh --compare", "losses over the error"),
    "losses-probability": Picture(
        "losses binary_crossentropy binary_focal_crossentropy hinge",
        "over the predicted probability or the score, for both targets, with gradients",
    ),
    "weights-emotion": Picture(
        "weights emotion_model.hdf5",
        "the model of emotions in faces that comes with the package fer (MIT licence)",
    ),
    "weights-emotion-kernels": Picture("weights emotion_model.hdf5 --layer conv2d_1", "its first kernels"),
    "weights-lstm-gates": Picture(
        "weights examples/models/lstm.keras --layer summary --theme dark", "the gates of an LSTM"
    ),
    "weights-embedding": Picture(
        "weights examples/models/attention.keras --layer shades",
        "17 shades of ink in the plane: they were learned, and stand in order",
    ),
    "outputs-lenet": Picture(
        "outputs examples/models/lenet.keras --input examples/inputs/digits.npy",
        "what the layers of a LeNet give for 16 digits",
    ),
    "outputs-lenet-conv1": Picture(
        "outputs examples/models/lenet.keras --input examples/inputs/three.png --rescale 0 1 --layer conv1",
        "feature maps of a 3",
    ),
    "outputs-attention": Picture(
        "outputs examples/models/attention.keras --input examples/inputs/ink.npy --layer attention",
        "attention scores by head",
    ),
    "trace-xor": Picture("trace examples/models/xor.keras --input 1,0", "the exclusive or, worked out"),
    "history-lenet": Picture("history examples/logs/lenet.csv --log --theme print", "training, safe in greyscale"),
}

TABLES: Mapping[str, Picture] = {
    "inspect-lenet": Picture("inspect examples/models/lenet.keras", "a LeNet", 90),
    "inspect-residual": Picture("inspect examples/models/residual.keras", "a residual net with two inputs", 104),
    "inspect-lstm-layer": Picture(
        "inspect examples/models/lstm.keras --layer summary", "one layer of an LSTM in full", 100
    ),
    "cost-lenet": Picture("cost examples/models/lenet.keras", "what the layers of a LeNet cost", 130),
    "diff-lenet-table": Picture(
        "diff examples/models/lenet.keras examples/models/lenet-tuned.keras", "what changed in a LeNet", 120
    ),
    "check-hidden": Picture("check examples/models/hidden.keras", "code found two levels down", 104),
}

PAGES: Mapping[str, Picture] = {
    "report-lenet": Picture(
        "report examples/models/lenet.keras", "a LeNet: one of its layers in full, with its kernels"
    ),
    "report-resnet50": Picture(
        "report examples/architectures/resnet50.json", "ResNet50 with its groups closed: each can be opened"
    ),
}

ADDRESSES: Mapping[str, str] = {"report-lenet": "#layer/conv2"}
"""What of a page is photographed, where it is not its beginning."""

TIKZ: tuple[str, ...] = ("figure-lenet-5-lenet", "figure-u-net-volumes", "figure-mlp-neurons", "figure-encoder-blocks")
"""Figures that are there as LaTeX as well, one of each style."""

LARGEST_PNG = 150_000
"""In bytes."""

SCALES = (2.0, 1.5, 1.25, 1.0, 0.75, 0.5)
"""Pixels per 1/96 inch, tried in turn until a PNG is small enough."""

ALL: Mapping[str, Picture] = {
    **{name: picture for pictures in FIGURES.values() for name, picture in pictures.items()},
    **GRAPHS,
    **PLOTS,
    **TABLES,
    **PAGES,
}

FILES: frozenset[str] = frozenset(
    {f"{name}.svg" for name in ALL if name not in PAGES}
    | {f"{name}.png" for pictures in FIGURES.values() for name in pictures}
    | {f"{name}.tex" for name in TIKZ}
    | {f"{name}.{suffix}" for name in PAGES for suffix in ("html", "png")}
)
"""All pictures and pages of the folder."""


def sources(pictures: Iterable[Picture]) -> frozenset[str]:
    """The models that the commands read from the current folder: those that do not lie in examples/."""
    words = (word for picture in pictures for word in shlex.split(picture.command))
    return frozenset(word for word in words if word.endswith((".json", ".keras", ".hdf5")) and "/" not in word)


INTRODUCTION = """\
# Gallery

Each picture with the command that writes it, as it is typed in the root of this project. `make gallery` runs them all.
"""

HEADINGS = {
    "Figures": "For papers, slides and lectures. All are there as SVG and PNG, one of each style as LaTeX.",
    "Graphs": "Files without a folder in their names are written by [models.py](models.py): architectures of "
    "`keras.applications`, but for the twins.",
    "Plots": "The models were trained: by [make_models.py](../examples/make_models.py), or by others where it says so.",
    "Tables": "What the command prints in a terminal.",
    "Pages": "Whole reports, each one file: save it and open it in a browser. The pictures are photographs of them.",
}


def readme() -> str:
    """The page of the gallery."""
    parts = [INTRODUCTION]
    kinds = {"Figures": None, "Graphs": GRAPHS, "Pages": PAGES, "Plots": PLOTS, "Tables": TABLES}
    for heading, pictures in kinds.items():
        parts.append(f"## {heading}\n\n{HEADINGS[heading]}\n")
        if pictures is None:
            for network, drawn in FIGURES.items():
                parts.append(f"### {network}\n")
                parts += [_entry(name, picture, "svg", "png") for name, picture in drawn.items()]
        else:
            parts += [_entry(name, picture) for name, picture in pictures.items()]
    return "\n".join(parts)


def _entry(name: str, picture: Picture, *formats: str) -> str:
    if name in PAGES:
        command = f"netviz {picture.command} -o {name}.html"
        return f"[![{picture.words}]({name}.png)]({name}.html)\n\n`{command}`: {picture.words}; [html]({name}.html)\n"
    links = [f"[{each}]({name}.{each})" for each in (*formats, *(["tex"] if name in TIKZ else []))]
    words = "; ".join(filter(None, (picture.words, ", ".join(links))))
    target = "" if picture.columns else f" -o {name}.svg"
    return f"![{picture.words}]({name}.svg)\n\n`netviz {picture.command}{target}`: {words}\n"
