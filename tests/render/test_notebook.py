"""What notebooks are given of a picture: the SVG itself as an image, and a PNG of the same pixels in fewer bytes."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import netviz
from netviz.artifact import Artifact
from netviz.render import notebook
from netviz.render.notebook import svg_to_notebook
from tests.conftest import ROOT

LENET = ROOT / "examples" / "models" / "lenet.keras"
PICTURES: dict[str, Callable[[], Artifact]] = {
    "graph": lambda: netviz.graph(LENET),
    "figure": lambda: netviz.figure(LENET),
    "functions": lambda: netviz.functions("relu", "gelu"),
    "see-through": lambda: netviz.graph(LENET, background=False, scale=1),
}
NAMESPACE = "{http://www.w3.org/2000/svg}"


class Tags(HTMLParser):
    """Every start tag with its attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(params=PICTURES)
def picture(request: pytest.FixtureRequest) -> Artifact:
    return PICTURES[request.param]()


def test_html_holds_the_very_svg_with_its_title_as_text(picture: Artifact) -> None:
    bundle = picture._repr_mimebundle_()
    assert bundle.keys() == {"text/html", "image/png", "text/plain"}
    assert bundle["text/plain"] == str(picture)
    ((_, image),) = [one for one in Tags(bundle["text/html"]).found if one[0] == "img"]
    kind, _, data = str(image["src"]).partition(",")
    svg = str(picture.to("svg"))
    assert (kind, base64.b64decode(data).decode()) == ("data:image/svg+xml;base64", svg)
    root = ElementTree.fromstring(svg)
    for part in ("title", "desc"):
        assert root.findtext(f"{NAMESPACE}{part}", "?") in str(image["alt"])


def test_the_small_png_is_the_same_picture(picture: Artifact) -> None:
    made = base64.b64decode(picture._repr_mimebundle_(include=["image/png"])["image/png"])
    whole = picture.to("png")
    assert isinstance(whole, bytes) and len(made) < len(whole) / 2
    ours, theirs = (np.asarray(Image.open(io.BytesIO(one)).convert("RGBA"), float) for one in (made, whole))
    assert ours.shape == theirs.shape
    opaque = theirs[..., 3] == 255
    assert opaque.any() and ours[opaque][:, 3].min() > 240
    assert np.abs(ours - theirs)[opaque].mean() < 4


def drawn(width: int, height: int) -> tuple[dict[str, str | None], dict[str, str | None], str]:
    """The window and the image of a picture of that size, and the words below it."""
    tags = Tags(svg_to_notebook(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"></svg>'))
    (window, image) = [attributes for tag, attributes in tags.found if tag in ("div", "img")]
    return window, image, tags.text.rpartition("}")[2].strip()


def test_large_pictures_scroll_and_wide_ones_are_made_small() -> None:
    window, image, words = drawn(300, 900)
    assert (window["class"], image["style"], words) == ("netviz-picture", "min-width:180px", "")
    window, _, _ = drawn(300, 3000)
    assert window["class"] == "netviz-picture netviz-tall" and window["tabindex"] == "0"
    assert window["role"] == "region" and window["aria-label"]
    assert drawn(2000, 3000)[0]["class"] == "netviz-picture netviz-tall"
    assert drawn(2000, 2000)[0]["class"] == "netviz-picture", "it is made smaller, and then low enough"
    window, image, words = drawn(9000, 9000)
    assert "style" not in image and "netviz.report" in words


def test_what_is_too_large_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = netviz.graph(LENET)
    monkeypatch.setattr(notebook, "MOST_PIXELS", 1000)
    assert "image/png" not in drawn._repr_mimebundle_()
    monkeypatch.setattr(notebook, "MOST_BYTES", 1000)
    tags = Tags(drawn._repr_mimebundle_()["text/html"])
    assert [tag for tag, _ in tags.found] == ["p", "code"]
    assert "lenet" in tags.text and "MB" in tags.text


def test_names_stay_text() -> None:
    name = '"><img src=x onerror=alert(1)>'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>{name.replace("<", "&lt;")}</title></svg>'
    )
    (_, (_, image)) = [one for one in Tags(svg_to_notebook(svg)).found if one[0] != "style"]
    assert image["alt"] == name and image.keys() == {"alt", "style", "src"}
