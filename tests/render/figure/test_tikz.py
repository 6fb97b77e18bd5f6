"""Pictures as TikZ, with TeX as the oracle: every document compiles, on one page, and shows what the SVG shows."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

import netviz
from netviz.errors import NetvizError
from netviz.render.figure.look import width_of
from netviz.render.figure.picture import (
    Bend,
    Circle,
    Close,
    Move,
    Part,
    Picture,
    Rectangle,
    Straight,
    Text,
    polygon,
)
from netviz.render.figure.picture import (
    Path as Line,
)
from netviz.render.figure.svg import picture_to_svg
from netviz.render.figure.tikz import LARGEST, picture_to_tikz
from netviz.render.raster import svg_to_png
from netviz.views import FAMILIES
from tests.conftest import EXAMPLES, ROOT
from tests.render.names import HOSTILE

TEX = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex with TikZ")
SHOWN = pytest.mark.skipif(
    None in (shutil.which("pdflatex"), shutil.which("pdftoppm")), reason="needs pdflatex with TikZ, and pdftoppm"
)

EVERY = Picture(
    420,
    220,
    (
        Rectangle(20, 20, 80, 40, 6, "convolution-front", "convolution-line", 0.8),
        Rectangle(330, 150, 80, 4, 9, "pooling-front", None),
        Circle(150, 40, 18, "dense-front", "dense-line", 0.8, (3, 2)),
        Circle(300, 190, 15, "merging-front", "ink", 1.0, (), 0.3),
        Line((Move((20, 100)), Bend((60, 60), (120, 140), (180, 100))), None, "skip", 1.2, (), True),
        Line((Move((20, 200)), Straight((60, 200)), Straight((60, 180)), Close(), Straight((20, 170))), None, "ink", 2),
        Part(
            (polygon(((200, 20), (260, 30), (250, 70), (205, 60)), "attention-front", "attention-line"),),
            "stage",
            "a/b\n\\end{tikzpicture}",
            "what a pointer reads",
        ),
        Line((Move((20, 130)), Straight((300, 130))), None, "edge", 1.0, (4, 2, 1), True, 0.5),
        Text(100, 134, "in front of a line", 11, "middle", "dense-text", True, halo=True),
        Text(300, 110, "upwards", 9, turned=True),
        Text(315, 110, "upwards to here", 9, "end", italic=True, turned=True),
        Text(30, 45, "pressed into its room", 9, room=60),
        Text(20, 160, "6@28×28 · −1 → ∞ ≤ x² “a”", 11),
        *(
            Rectangle(330 + 22 * (place % 4), 10 + 22 * (place // 4), 18, 18, 0, f"{family}-front", f"{family}-line")
            for place, family in enumerate(FAMILIES)
        ),
    ),
    "a title with % and \\x\nin two lines",
    "what it shows",
)  # fmt: skip


def compiled(folder: Path, text: str, engine: str = "pdflatex") -> str:
    """What TeX says of a document that it takes without an error; `figure.pdf` is what it made."""
    (folder / "figure.tex").write_bytes(text.encode("utf-8"))
    command = [engine, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "figure.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, said[-2000:]
    assert re.search(r"Output written on figure\.pdf \(1\s+page", said)
    return said


def raster(folder: Path) -> Image.Image:
    command = ["pdftoppm", "-r", "96", "-png", "-singlefile", "figure.pdf", "figure"]
    subprocess.run(command, cwd=folder, check=True, timeout=60)
    return Image.open(folder / "figure.png").convert("RGB")


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of the pixels, 0 to 255, where a pixel here or there does not count."""
    blurred = (np.asarray(image.filter(ImageFilter.GaussianBlur(3)), float) for image in (one, other))
    a, b = blurred
    return float(np.abs(a - b).mean())


def same(folder: Path, svg: str, tex: str) -> None:
    compiled(folder, tex)
    drawn, wanted = raster(folder), Image.open(io.BytesIO(svg_to_png(svg, scale=1))).convert("RGB")
    assert abs(drawn.width - wanted.width) <= 1 and abs(drawn.height - wanted.height) <= 1
    size = min(drawn.width, wanted.width), min(drawn.height, wanted.height)
    drawn, wanted = drawn.crop((0, 0, *size)), wanted.crop((0, 0, *size))
    empty = Image.new("RGB", size, wanted.getpixel((1, 1)))
    inked = difference(wanted, empty)
    assert inked > 0.5
    assert difference(drawn, wanted) < 0.2 * inked
    turned = drawn.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert difference(turned, wanted) > 0.4 * inked  # what differs is found


@SHOWN
@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_every_shape_is_where_the_svg_has_it(theme: str, tmp_path: Path) -> None:
    same(tmp_path, picture_to_svg(EVERY, theme=theme), picture_to_tikz(EVERY, theme=theme))  # type: ignore[arg-type]


FIGURES = [
    ("neurons", EXAMPLES / "mlp.keras"),
    ("volumes", ROOT / "examples" / "architectures" / "u-net.json"),
    ("lenet", ROOT / "examples" / "architectures" / "lenet-5.json"),
    ("blocks", ROOT / "examples" / "architectures" / "resnet50.json"),
]


@SHOWN
@pytest.mark.parametrize(("style", "path"), FIGURES, ids=[style for style, _ in FIGURES])
def test_figures_are_what_the_svg_shows(style: str, path: Path, tmp_path: Path) -> None:
    figure = netviz.figure(path, style=style)
    same(tmp_path, str(figure.to("svg")), str(figure.to("tikz")))


@cache
def hostile() -> str:
    names = [name for name in HOSTILE if name]
    shapes: list[Part] = []
    for place, name in enumerate(names):
        texts = (
            Text(10, 20 + 14 * place, name, 8, room=160),
            Text(190, 20 + 14 * place, name, 8, bold=True, italic=True, halo=True),
        )
        shapes.append(Part(texts, "stage", name, name))
    return picture_to_tikz(Picture(400, 40 + 14 * len(names), tuple(shapes), "\n".join(names), "\r\n".join(names)))


@TEX
def test_hostile_names_compile_and_are_read_as_they_are(tmp_path: Path) -> None:
    said = compiled(tmp_path, hostile())
    assert "/etc/passwd" not in said
    if shutil.which("pdftotext"):
        text = subprocess.run(
            ["pdftotext", "-raw", "figure.pdf", "-"], cwd=tmp_path, capture_output=True, check=True, timeout=60
        ).stdout.decode()
        for name in ("\\input{/etc/passwd}", "\\write18{ls}", "\\end{tabular}", "^^M", "$$", "a & b", "%s%n"):
            assert name in text


def test_no_name_leaves_its_comment_or_its_node() -> None:
    for line in hostile().splitlines():
        assert line.startswith(("%", "\\", "}", "{", "% ")), line
        if not line.startswith("%"):
            assert "/etc/passwd" not in line or "\\textbackslash{}input\\{" in line


@TEX
@pytest.mark.parametrize("font", ["serif", "mono", "No Such Font"])
def test_other_fonts_compile(font: str, tmp_path: Path) -> None:
    compiled(tmp_path, picture_to_tikz(EVERY, font=font))


def words(folder: Path) -> list[tuple[str, float, float]]:
    """The words on the page as pdftotext finds them, with where they begin and end in points."""
    done = subprocess.run(
        ["pdftotext", "-bbox", "figure.pdf", "-"], cwd=folder, capture_output=True, check=True, timeout=60
    )
    found = re.findall(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"[^>]*>([^<]*)<', done.stdout.decode())
    return [(word, float(start), float(end)) for start, end, word in found]


@TEX
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
def test_letters_of_one_width_keep_the_room_of_others(tmp_path: Path) -> None:
    text, size = "illiteratelily", 10.0
    compiled(tmp_path, picture_to_tikz(Picture(200, 40, (Text(10, 20, text, size),), "", ""), font="mono"))
    ((word, start, end),) = words(tmp_path)
    assert word == text and (end - start) / 0.75 <= width_of(text, size) + 0.5


@TEX
def test_a_tex_without_helvetica_takes_its_own_font(tmp_path: Path) -> None:
    """The metrics are in a package of their own (Debian's texlive-fonts-recommended)."""
    text = picture_to_tikz(EVERY)
    assert "t1uhv.fd" in text
    compiled(tmp_path, text.replace("t1uhv.fd", "no-such-file.fd"))


@pytest.mark.skipif(shutil.which("lualatex") is None, reason="needs lualatex with TikZ")
def test_lualatex_takes_it(tmp_path: Path) -> None:
    compiled(tmp_path, picture_to_tikz(EVERY), "lualatex")


@TEX
def test_a_paper_can_hold_several(tmp_path: Path) -> None:
    """The tikzpictures are pasted into a document, two with the same hatches and one in other colours."""
    inside = [
        re.search(r"\\begin\{tikzpicture\}.*\\end\{tikzpicture\}", picture_to_tikz(EVERY, theme=theme), re.DOTALL)
        for theme in ("print", "print", "dark")
    ]
    pictures = "\n\n".join(found[0] for found in inside if found)
    compiled(
        tmp_path,
        "\\documentclass{article}\\usepackage[a3paper,landscape]{geometry}\\usepackage{tikz}\\usetikzlibrary{patterns}\n"
        f"\\begin{{document}}\n{pictures}\n\\end{{document}}\n",
    )


def test_it_takes_no_packages_but_the_usual() -> None:
    text = picture_to_tikz(EVERY, theme="print")
    assert set(re.findall(r"\\(?:usepackage|RequirePackage)(?:\[[^]]*\])?\{([^}]*)\}", text)) == {
        "geometry", "tikz", "fontenc", "fix-cm",
    }  # fmt: skip
    assert set(re.findall(r"\\usetikzlibrary\{([^}]*)\}", text)) == {"patterns"}


def test_the_page_is_as_large_as_the_picture() -> None:
    assert f"papersize={{{420 * 0.75:g}bp,{220 * 0.75:g}bp}}" in picture_to_tikz(EVERY)


def test_auto_is_light_and_a_background_can_be_left_out() -> None:
    light = picture_to_tikz(EVERY)
    assert picture_to_tikz(EVERY, theme="auto") == light
    bare = picture_to_tikz(EVERY, background=False)
    assert set(light.splitlines()) - set(bare.splitlines()) == {"\\fill[netviz-paper] (0,0) rectangle (420,220);"}


def test_what_tex_cannot_count_is_refused() -> None:
    picture_to_tikz(Picture(100, LARGEST, (), "", ""))
    with pytest.raises(NetvizError, match="more than TeX can count"):
        picture_to_tikz(Picture(100, LARGEST + 1, (), "", ""))
