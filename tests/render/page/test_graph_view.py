"""The graph of a page in Chromium: moving, choosing, opening, tracing, colouring and saving do what they say."""

from __future__ import annotations

import base64
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

import netviz
from netviz.analysis.page import build_page
from netviz.theme import FAMILY_COLORS
from tests.bench.drawing import layer, residual_chain
from tests.conftest import EXAMPLES, ROOT
from tests.render.names import HOSTILE

ARCHITECTURES = ROOT / "examples" / "architectures"
SVG = "{http://www.w3.org/2000/svg}"

Open = Callable[..., Any]


@pytest.fixture
def opened(open_page: Open) -> Open:
    """Opens the page of a model, and waits until it stands still."""

    def get(source: Any, address: str = "", **options: Any) -> Any:
        page = open_page(source, address, **options)
        page.set_default_timeout(15000)  # of a busy machine
        _settle(page)
        return page

    return get


def _settle(page: Any) -> None:
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


LENET, RESNET, ENCODER = EXAMPLES / "lenet.keras", ARCHITECTURES / "resnet50.json", ARCHITECTURES / "encoder.json"


def data_of(page: Any) -> dict[str, Any]:
    return json.loads(page.evaluate("document.getElementById('data').textContent"))  # type: ignore[no-any-return]


def show(page: Any, level: str) -> None:
    page.click(f"[data-level={level}]")
    _settle(page)


def box(page: Any, name: str) -> Any:
    """The box that is called so by those who do not see it."""
    return page.locator(f'.sheet .box[aria-label^="{name},"]').first


ZOOM = "document.querySelector('.sheet > svg').getBoundingClientRect().width / document.querySelector('.sheet > svg').width.baseVal.value"  # noqa: E501


def view(page: Any) -> dict[str, float]:
    """Where the view is scrolled to, and how large a box is drawn."""
    return page.evaluate(  # type: ignore[no-any-return]
        """() => {
          const canvas = document.getElementById("canvas");
          const box = canvas.querySelector(".box > rect").getBoundingClientRect();
          return {left: canvas.scrollLeft, top: canvas.scrollTop, width: box.width, zoom: box.width / canvas.querySelector(".box > rect").width.baseVal.value};
        }"""  # noqa: E501
    )


def seen(page: Any, locator: Any) -> bool:
    """Whether all of an element lies within the view."""
    canvas, one = page.locator("#canvas").bounding_box(), locator.bounding_box()
    return bool(
        one["x"] >= canvas["x"] and one["y"] >= canvas["y"]
        and one["x"] + one["width"] <= canvas["x"] + canvas["width"]
        and one["y"] + one["height"] <= canvas["y"] + canvas["height"]
    )  # fmt: skip


def wait_until_seen(page: Any, selector: str) -> None:
    """Waits until all of the first such element lies within the view, beside the panel and above it."""
    page.wait_for_function(
        """selector => {
          const [canvas, panel, one] = ["#canvas", "#panel", selector].map(
            (name) => document.querySelector(name).getBoundingClientRect());
          const covered = panel.width && one.right > panel.left && one.bottom > panel.top;
          return one.left >= canvas.left && one.right <= canvas.right && one.top >= canvas.top
            && one.bottom <= canvas.bottom && !covered;
        }""",
        arg=selector,
    )


def place_of(page: Any, selector: str = "#canvas") -> list[float]:
    """Where the first such element lies: left, top, right and bottom."""
    found = page.locator(selector).first.bounding_box()
    return [found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]]


def each(page: Any, selector: str, what: str) -> list[Any]:
    """What a JavaScript expression gives of every element, which it calls `one`."""
    return page.eval_on_selector_all(selector, f"elements => elements.map(one => {what})")  # type: ignore[no-any-return]


def hash_of(page: Any) -> str:
    return str(page.evaluate("location.hash"))


# Choosing and opening


def test_a_click_selects_and_a_click_beside_it_lets_go(opened: Open) -> None:
    page = opened(LENET)
    box(page, "conv1").click()
    assert hash_of(page) == "#layer/conv1"
    assert page.locator(".sheet .selected").count() == 1
    assert box(page, "conv1").get_attribute("aria-current") == "true"
    wait_until_seen(page, ".sheet .selected")
    box(page, "fc1").click()
    assert page.locator(".sheet .selected").get_attribute("aria-label").startswith("fc1,")
    page.mouse.click(30, 500)
    assert page.locator(".sheet .selected").count() == 0
    assert page.locator("#panel").is_hidden()
    page.go_back()
    assert page.locator(".sheet .selected").get_attribute("aria-label").startswith("fc1,")


def test_a_group_is_opened_and_left_again(opened: Open) -> None:
    page = opened(ENCODER)
    show(page, "groups")
    group = page.locator(".sheet .box.opens").first
    name = group.get_attribute("aria-label").split(",")[0]
    steps, before = page.evaluate("history.length"), hash_of(page)
    group.dblclick()  # the panel comes in between the clicks
    assert page.evaluate("history.length") == steps + 1
    assert hash_of(page).startswith("#group/")
    assert page.evaluate("document.activeElement.matches('.sheet .box:not(.stub, :focus-visible)')")
    assert page.locator("#trail [aria-current]").inner_text() == f"{name} ×12"
    assert page.locator("#trail").is_visible()
    inside = page.locator(".sheet .box").count()
    page.go_back()
    assert page.locator("#trail").is_hidden() and page.locator("#panel").is_hidden()
    assert hash_of(page) == before
    page.wait_for_function("() => document.activeElement.matches('.sheet .opens')")
    page.go_forward()
    assert page.locator(".sheet .box").count() == inside
    page.locator("#trail a").first.click()
    assert page.locator("#trail").is_hidden()
    # The sign at a box that opens, large enough for a finger at every zoom.
    for _ in range(2):
        page.locator(".sheet .box.opens").first.hover()
        sign = page.locator(".opener")
        size = sign.bounding_box()
        assert min(size["width"], size["height"]) >= 24
        page.keyboard.press("-")
    sign.click()
    assert hash_of(page).startswith("#group/")


def test_every_group_opens_what_it_says(opened: Open) -> None:
    """Each address of a group leads to a drawing with boxes of its own, whose trail leads back."""
    page = opened(RESNET)
    data = data_of(page)
    drawings = [one for one in data["drawings"] if one.get("id")]
    assert len(drawings) > 1
    for drawing in drawings:
        page.evaluate("hash => { location.hash = hash }", f"group/{quote(drawing['id'])}")
        _settle(page)
        times = re.match("×[0-9]+(, [0-9]+)*(?=, )", drawing["about"])
        here = " ".join([drawing["title"], *([times[0]] if times else [])])
        assert page.locator("#trail [aria-current]").inner_text() == here
        assert page.locator("#trail a").count() == len(drawing["trail"])
        assert page.locator(".sheet .box").count() == sum(one.get("kind") != "group" for one in drawing["items"])


def test_a_layer_in_a_closed_group(opened: Open) -> None:
    """Its address marks the group; from there, "Show in graph" leads to the box that is the layer's own."""
    page = opened(RESNET)
    show(page, "groups")
    show(page, "groups")
    name = "conv3_block2_2_conv"
    page.evaluate("hash => { location.hash = hash }", f"layer/{name}")
    _settle(page)
    assert "opens" in page.locator(".sheet .selected").first.get_attribute("class")
    page.click("text=Show in graph")
    wait_until_seen(page, ".sheet .box.selected:not(.opens)")
    show(page, "layers")
    wait_until_seen(page, f'.sheet .selected[aria-label^="{name},"]')
    # Chosen where the graph is not seen, it is brought into view as the graph comes.
    page.click("#views >> text=Layers")
    for name in ("avg_pool", "conv1_bn"):
        page.locator("#table tbody a", has_text=name).first.click()
        page.click("#views >> text=Graph")
        wait_until_seen(page, f'.sheet .selected[aria-label^="{name},"]')
        page.click("#views >> text=Layers")


def test_addresses_of_boxes_groups_and_calls(opened: Open, tmp_path: Path) -> None:
    """Whatever can be selected has an address, which shows the same in another window, and a step in the history."""
    page = opened(ENCODER)
    group = page.locator(".sheet .group").first
    group.click(position={"x": 5, "y": 60})
    words = group.get_attribute("aria-label").split(",")[0]
    assert hash_of(page).startswith("#box/blocks/")
    again = opened(ENCODER, hash_of(page))
    for one in (page, again):
        assert one.locator("#panel h2").inner_text().startswith(words)
        assert one.locator(".sheet .selected").get_attribute("aria-label").startswith(words)
    page.click("#views >> text=Layers")
    page.reload()
    page.wait_for_selector("html.ready")
    assert hash_of(page) == "#layers" and page.locator("#panel h2").inner_text().startswith(words)
    page.go_back()
    page.go_back()
    page.wait_for_selector("#panel", state="hidden")
    page.click("[data-level=groups]")
    # Up leads to where the group was opened, and its address can be read.
    for level in ("groups", "blocks"):
        show(page, level)
        page.locator(".sheet .opens").first.press("Enter")
        assert re.fullmatch(r"#group/[\w/]+", hash_of(page))
        assert page.locator("#graph-bar [aria-pressed=true]").get_attribute("data-level") == level
        page.reload()
        page.wait_for_selector("html.ready")
        page.keyboard.press("u")
        assert page.locator("#graph-bar [aria-pressed=true]").get_attribute("data-level") == level
        assert page.locator("#trail").is_hidden()
    # Of a layer that is called several times, the call.
    config = residual_chain(5)
    config["config"]["layers"] = [*config["config"]["layers"][:1], layer("ReLU", "shared", ["input"])]
    second = dict(config["config"]["layers"][1]["inbound_nodes"][0])
    text = json.dumps(second).replace('"input"', '"shared"')
    config["config"]["layers"][1]["inbound_nodes"].append(json.loads(text))
    nested = layer("Functional", "nested", ["input"])
    nested["config"] = {**residual_chain(5)["config"], "name": "nested"}
    nested["inbound_nodes"] += layer("Functional", "nested", ["shared"])["inbound_nodes"]
    config["config"]["layers"].append(nested)
    config["config"]["output_layers"] = [["shared", 1, 0], ["nested", 0, 0], ["nested", 1, 0]]
    source = tmp_path / "shared.json"
    source.write_text(json.dumps(config))
    page = opened(source)
    page.locator('.sheet .box[aria-label^="shared,"]').nth(1).click()
    again = opened(source, hash_of(page))
    for one in (page, again):
        assert page.locator(".sheet .selected").count() == 1
        assert one.locator('.sheet .box[aria-label^="shared,"]').nth(1).get_attribute("aria-current") == "true"
        assert one.locator("#panel .called h3").inner_text() == "Call 2 of 2"
    # So has a closed box of one nested model, which is a layer.
    show(again, "groups")
    again.locator('.sheet .closed[aria-label^="nested,"]').nth(1).click()
    assert hash_of(again) == "#call/2/nested"
    assert again.locator(".sheet .selected").count() == 1
    assert again.locator("#panel .called h3").inner_text() == "Call 2 of 2"
    assert again.locator("#panel .layers").count() == 1
    # Each of them is called what it is by those who do not see it.
    words = each(again, ".sheet .closed", "one.getAttribute('aria-label')")
    assert [one.split(", ")[1:3] for one in words] == [["Functional", f"call {call} of 2"] for call in (1, 2)]
    assert all(one.endswith(", can be opened") for one in words)
    show(again, "layers")
    words = each(again, ".sheet .group", "one.getAttribute('aria-label')")
    assert words and all(", group, " in one and one.endswith(", can be shown alone") for one in words)
    page.evaluate("location.hash = '#layer/shared'")
    page.wait_for_function("() => document.querySelectorAll('.sheet .selected').length === 2")


def test_the_address_wins(opened: Open) -> None:
    """What the history of another page knows does not change what an address says."""
    page = opened(RESNET)
    page.evaluate("history.replaceState({view: 'layers', drawing: 1, level: 7, layer: 3}, '', '#layer/pool1_pool')")
    page.reload()
    page.wait_for_selector("html.ready")
    assert page.locator("#panel h2").inner_text() == "pool1_pool"
    page.evaluate(
        "history.replaceState({view: 'both', drawing: '#group/none', selected: '#layer/none'}, '', '#graph/layers')"
    )
    page.reload()
    page.wait_for_selector("html.ready")
    assert page.locator("#graph-bar [aria-pressed=true]").get_attribute("data-level") == "layers"
    assert page.locator("#panel").is_hidden()
    for name in ("constructor", "toString/a", "__proto__", "call/1/none", "box/blocks/none"):
        page.evaluate("name => { location.hash = name }", name)
    page.evaluate("location.hash = '#both'")
    page.wait_for_function("() => document.documentElement.dataset.view === 'both'")
    page.set_viewport_size({"width": 1000, "height": 700})  # where there is no room for both
    page.wait_for_function("() => location.hash.startsWith('#graph')")
    assert page.locator("#views [aria-current]").inner_text() == "Graph"


# The keyboard


def test_the_keyboard_alone(opened: Open) -> None:
    page = opened(ENCODER)
    show(page, "groups")
    page.locator("#graph-bar button").last.focus()
    page.keyboard.press("Tab")
    focused = page.locator(".sheet [data-n]:focus")
    assert focused.count() == 1
    stops = '#canvas [tabindex="0"], #canvas button:not([tabindex="-1"])'
    assert page.locator(stops).count() == 1
    places = []
    for _ in range(30):
        places.append(focused.bounding_box()["y"] + page.evaluate("document.getElementById('canvas').scrollTop"))
        if "opens" in focused.get_attribute("class"):
            break
        page.keyboard.press("ArrowDown")
        wait_until_seen(page, ".sheet [data-n]:focus")
    assert places == sorted(places)
    assert page.locator(stops).count() == 1
    name = focused.get_attribute("aria-label").split(",")[0]
    assert page.locator(".opener").is_visible()
    page.keyboard.press("Enter")
    assert page.locator("#trail [aria-current]").inner_text().startswith(name)
    inside = focused.get_attribute("aria-label")
    assert not inside.startswith(name) and "stub" not in focused.get_attribute("class")
    page.keyboard.press("ArrowDown")
    assert focused.get_attribute("aria-label") != inside
    for up in ("u", "Backspace"):
        page.keyboard.press(up)
        assert page.locator("#trail").is_hidden()
        assert focused.get_attribute("aria-label").startswith(name)
        page.keyboard.press("Enter")
    page.keyboard.press("u")
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    assert page.locator(".sheet .selected").count() == 1
    first = hash_of(page)
    page.keyboard.press("ArrowDown")
    assert hash_of(page) != first  # what is selected goes along
    page.keyboard.press("Escape")
    assert page.locator(".sheet .selected").count() == 0
    assert page.locator("#panel").is_hidden()
    page.reload()
    page.wait_for_selector("html.ready")
    page.evaluate("location.hash = 'layer/embedding'")  # nothing has the focus
    page.wait_for_selector(".sheet .selected")
    page.keyboard.press("Escape")
    assert focused.get_attribute("aria-label").startswith("embedding,")


def test_keys_zoom(opened: Open) -> None:
    page = opened(RESNET)
    before = view(page)["width"]
    page.keyboard.press("+")
    larger = view(page)["width"]
    assert larger > before
    page.keyboard.press("-")
    assert view(page)["width"] == pytest.approx(before, rel=0.01)
    page.keyboard.press("0")
    canvas, drawn = place_of(page), place_of(page, ".sheet > svg")
    assert all(abs(one - other) >= 16 for one, other in zip(canvas, drawn, strict=True))
    assert seen(page, page.locator(".sheet > svg"))
    # Not while something is written.
    page.click("#search")
    page.keyboard.type("0+-u")
    assert page.input_value("#search") == "0+-u"
    assert seen(page, page.locator(".sheet > svg"))


# Moving


def test_dragging_moves_what_is_seen_and_selects_nothing(opened: Open) -> None:
    page = opened(RESNET)
    show(page, "layers")
    one = page.locator(".sheet .box").nth(3)
    at, before = one.bounding_box(), view(page)
    page.mouse.move(at["x"] + 40, at["y"] + 20)
    page.mouse.down()
    page.mouse.move(at["x"] + 10, at["y"] - 30, steps=4)
    page.mouse.move(at["x"] - 60, at["y"] - 130, steps=4)
    page.mouse.up()
    after = view(page)
    assert (after["left"] - before["left"], after["top"] - before["top"]) == pytest.approx((100, 150), abs=2)
    assert hash_of(page).startswith("#graph")
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 200)
    page.wait_for_function("top => document.getElementById('canvas').scrollTop > top", arg=after["top"])
    # Every corner can be brought to the middle of the view.
    page.evaluate("document.getElementById('canvas').scrollTo(0, 0)")
    canvas, drawn = page.locator("#canvas").bounding_box(), page.locator(".sheet > svg").bounding_box()
    assert drawn["y"] >= canvas["y"] + canvas["height"] / 2 - 2
    page.evaluate("document.getElementById('canvas').scrollTo(1e6, 1e6)")
    drawn = page.locator(".sheet > svg").bounding_box()
    assert drawn["y"] + drawn["height"] <= canvas["y"] + canvas["height"] / 2 + 2


def test_zooming_keeps_what_lies_under_the_pointer(opened: Open) -> None:
    page = opened(RESNET)
    show(page, "layers")
    one = page.locator(".sheet .box").nth(6)
    at = one.bounding_box()
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    for turn in (-100, -100, 100):
        before = view(page)["zoom"]
        page.mouse.wheel(0, turn)
        page.wait_for_function(f"zoom => Math.abs({ZOOM} - zoom) > 0.001", arg=before)
        now = one.bounding_box()
        assert (now["x"] + now["width"] / 2, now["y"] + now["height"] / 2) == pytest.approx((x, y), abs=2)
        assert (view(page)["zoom"] > before) == (turn < 0)
    page.keyboard.up("Control")
    assert page.evaluate("visualViewport.scale") == 1


def test_a_drawing_is_first_seen_at_a_size_to_read(opened: Open) -> None:
    for source, size in ((LENET, (1400, 900)), (RESNET, (360, 740)), (ENCODER, (800, 600))):
        page = opened(source, viewport={"width": size[0], "height": size[1]})
        levels = [one["name"] for one in data_of(page)["levels"]]
        for level in levels if len(levels) > 1 else [None]:
            if level:
                show(page, level)
            assert view(page)["zoom"] >= 0.79
            assert seen(page, page.locator(".sheet .box").first)


def test_a_view_is_found_again_as_it_was_left(opened: Open) -> None:
    page = opened(RESNET)
    show(page, "layers")
    page.keyboard.press("+")
    page.evaluate("document.getElementById('canvas').scrollBy(120, 900)")
    before = view(page)
    show(page, "groups")
    show(page, "layers")
    assert view(page) == pytest.approx(before, abs=2)


def test_the_map_shows_and_moves_the_view(opened: Open) -> None:
    page = opened(RESNET, color_scheme="light")
    show(page, "layers")
    place = page.locator("#minimap")
    assert place.is_visible()
    blue = tuple(int(FAMILY_COLORS["convolution"].light[at : at + 2], 16) for at in (1, 3, 5))
    assert blue in _colors(_shown(page))
    page.emulate_media(color_scheme="dark")
    _settle(page)
    assert blue not in _colors(_shown(page))
    at = place.bounding_box()
    page.mouse.click(at["x"] + at["width"] - 3, at["y"] + at["height"] - 3)
    drawn, canvas = page.locator(".sheet > svg").bounding_box(), page.locator("#canvas").bounding_box()
    corner = (drawn["x"] + drawn["width"], drawn["y"] + drawn["height"])
    middle = (canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
    assert corner == pytest.approx(middle, abs=120)
    page.keyboard.press("0")
    _settle(page)
    assert place.is_hidden()  # nothing lies outside of the view


def _shown(page: Any) -> Image.Image:
    """The pixels of the map."""
    url = page.evaluate("document.getElementById('minimap').toDataURL()")
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGB")


def _colors(image: Image.Image) -> set[tuple[int, int, int]]:
    return {color for _, color in image.getcolors(1 << 24) or []}


# What stands out


def test_a_layer_called_twice_shows_the_paths_through_both_calls(opened: Open, tmp_path: Path) -> None:
    config = residual_chain(1)
    ends = [
        layer("InputLayer", name, [], batch_shape=[None, 64], dtype="float32") for name in ("left", "right", "alone")
    ]
    tower = layer("Dense", "tower", ["left"], units=64)
    tower["inbound_nodes"] += layer("Dense", "tower", ["right"], units=64)["inbound_nodes"]
    joined = layer("Add", "joined", [["tower", "tower"]])
    joined["inbound_nodes"][0]["args"][0][1]["config"]["keras_history"] = ["tower", 1, 0]
    other = layer("ReLU", "other", ["alone"])
    config["config"] |= {
        "layers": [*ends, tower, joined, other],
        "input_layers": [[name, 0, 0] for name in ("left", "right", "alone")],
        "output_layers": [["joined", 0, 0], ["other", 0, 0]],
    }
    source = tmp_path / "towers.json"
    source.write_text(json.dumps(config))
    page = opened(source, "#layer/tower")
    page.wait_for_selector("#canvas .box.off")
    faded = each(page, "#canvas .box.off", "one.getAttribute('aria-label').split(',')[0]")
    assert sorted(faded) == ["alone", "other"]
    assert page.locator("#canvas .box.selected").count() == 2


def test_the_map_covers_as_little_as_a_lower_corner_allows(opened: Open) -> None:
    page = opened(RESNET)
    page.wait_for_selector("#minimap:not([hidden])")
    cover = """side => {
        const at = document.getElementById("minimap").getBoundingClientRect();
        const view = document.getElementById("canvas").getBoundingClientRect();
        const mirrored = side === "here" ? at.left : view.left + view.right - at.right;
        return [...document.querySelectorAll("#canvas .box")].reduce((sum, box) => {
            const one = box.getBoundingClientRect();
            const across = Math.min(one.right, mirrored + at.width) - Math.max(one.left, mirrored);
            const down = Math.min(one.bottom, at.bottom) - Math.max(one.top, at.top);
            return sum + Math.max(across, 0) * Math.max(down, 0);
        }, 0);
    }"""
    assert page.evaluate(cover, "here") <= page.evaluate(cover, "there")


def test_all_paths_through_a_box_stand_out(opened: Open) -> None:
    page = opened(RESNET)
    show(page, "layers")
    page.keyboard.press("0")
    ends = each(page, "#canvas path[data-ends]", "one.dataset.ends")
    pairs = [tuple(map(int, one.split())) for one in ends]
    boxes = each(page, "#canvas .box", "Number(one.dataset.n)")
    for number in boxes[2 :: len(boxes) // 5]:
        expected = _reached(number, pairs) | _reached(number, [(head, tail) for tail, head in pairs])
        page.evaluate("n => document.querySelector(`#canvas [data-n='${n}']`).focus({preventScroll: true})", number)
        page.keyboard.press("Shift")  # so that the focus is one that shows
        at = page.locator(f'#canvas .box[data-n="{number}"]').bounding_box()
        page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        count = page.locator("#canvas .box").count() - len(expected)
        page.wait_for_function("count => document.querySelectorAll('#canvas .box.off').length === count", arg=count)
        kept = page.evaluate(
            "[...document.querySelectorAll('#canvas .box:not(.off)')].map(box => Number(box.dataset.n))"
        )
        assert set(kept) == expected
        _check_frames(page)
        lines = page.evaluate(
            "[...document.querySelectorAll('#canvas path[data-ends]:not(.off)')].map(p => p.dataset.ends)"
        )
        along = {f"{tail} {head}" for tail, head in pairs if {tail, head} <= expected}
        assert set(lines) <= along
        assert {end for line in lines for end in map(int, line.split())} | {number} == expected
    page.mouse.move(700, 50)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_function("() => !document.querySelector('#canvas .off')")
    # Of a group in which nothing lies on a path the frame and the title fade, too.
    show(page, "blocks")
    first = page.locator("#canvas .box").first
    first.hover()
    page.wait_for_function("() => document.querySelector('#canvas .edges .near')")
    _check_frames(page)


def _check_frames(page: Any) -> None:
    """A group fades, and with it its title, when all boxes in it do."""
    frames = page.evaluate(
        """() => {
          const titles = [...document.querySelectorAll("#canvas .head")];
          const holds = (one, other) => one.left <= other.left && one.right >= other.right && one.top <= other.top
            && one.bottom >= other.bottom;
          return [...document.querySelectorAll("#canvas .group")].map((group, place) => {
            const frame = group.getBoundingClientRect();
            const inside = [...document.querySelectorAll("#canvas .box")].filter(
              (box) => holds(frame, box.getBoundingClientRect()));
            return [group.classList.contains("off"), titles[place].classList.contains("off"),
                    inside.every((box) => box.classList.contains("off"))];
          });
        }"""
    )
    assert all(len(set(one)) == 1 for one in frames)


def _reached(start: int, pairs: list[tuple[int, ...]]) -> set[int]:
    after = defaultdict(list)
    for tail, head in pairs:
        after[tail].append(head)
    found, waiting = {start}, [start]
    while waiting:
        for head in after[waiting.pop()]:
            if head not in found:
                found.add(head)
                waiting.append(head)
    return found


def test_what_the_filters_leave_out_fades(opened: Open) -> None:
    page = opened(RESNET)
    show(page, "layers")
    page.click("#filters >> text=pooling")
    dim = page.locator("#canvas .box.dim").count()
    assert page.locator("#canvas .box.pooling.dim").count() == 0
    assert page.locator("#canvas .box:not(.pooling):not(.dim)").count() == 0
    assert dim > 0
    show(page, "groups")  # drawings that are shown later, too
    assert page.locator("#canvas .box.pooling.dim").count() == 0
    assert page.locator("#canvas .box.dim").count() > 0
    page.click("#filters >> text=pooling")
    assert page.locator("#canvas .dim").count() == 0


# Colours


STEPS_BY_NAME = """() => [...document.querySelectorAll("#canvas .box[class*='step-']:not(.opens)")].map(box =>
  [box.getAttribute("aria-label"), box.getAttribute("class").match(/step-(\\d)/)[1]])"""
"""What boxes are called that stand for one layer or several, and which step of the scale they have."""


def test_colours_by_parameters_grow_with_them(opened: Open) -> None:
    page = opened(RESNET)
    show(page, "layers")
    page.select_option("#color", "parameters")
    counts = {one.path: one.parameters.total for one in netviz.inspect(RESNET).walk()}
    steps = page.evaluate(
        """() => [...document.querySelectorAll("#canvas .box")].map(box =>
             [box.getAttribute("aria-label").split(",")[0], (box.getAttribute("class").match(/step-(\\d)/) || [])[1],
              getComputedStyle(box.querySelector("path:not([class])")).fill])"""
    )
    assert len(steps) == len(counts)
    for name, step, _ in steps:
        assert (step is None) == (counts[name] == 0)
    ordered = [int(step) for name, step, _ in sorted(steps, key=lambda one: counts[one[0]]) if step is not None]
    assert ordered == sorted(ordered)
    assert min(ordered) == 0
    steps_by_name = page.evaluate(STEPS_BY_NAME)
    legend = page.evaluate(
        "[...document.querySelectorAll('#legend .scale rect')].map(one => getComputedStyle(one).fill)"
    )
    assert {(int(step), fill) for _, step, fill in steps if step is not None} <= set(enumerate(legend))
    assert len(set(legend)) == 7
    text = page.locator("#legend").inner_text()
    assert re.search(r"\d", text) and "Parameters" in text
    # Other drawings take the colours over, and the family comes back.
    show(page, "groups")
    closed = page.evaluate(STEPS_BY_NAME)
    assert closed
    assert all(dict(closed)[name] == dict(steps_by_name)[name] for name in dict(closed).keys() & dict(steps_by_name))
    largest = page.locator("#canvas .box.step-6").count() or max(int(step) for _, step in steps_by_name) == 6
    assert largest  # in one of the drawings
    page.select_option("#color", "family")
    assert page.locator("#legend").is_hidden()
    assert page.locator("#canvas .box[class*='step-'], #canvas .box.blank").count() == 0


def test_colours_by_every_column_that_tells_something(opened: Open) -> None:
    page = opened(ENCODER)
    keys = each(page, "#color option:not(:disabled)", "one.value")
    assert {"class", "parameters", "output"} <= set(keys)
    same = dict(each(page, "#color option:disabled", "[one.value, one.textContent]"))
    data = data_of(page)
    for column in data["columns"]:
        if column["kind"] not in ("items", "formula", "numbers"):
            assert (column["key"] in same) == (_different(column) == 1), column["key"]
    assert not {"name", "path"} & set(keys)  # a colour per name tells nothing
    for key in keys[1:]:
        page.select_option("#color", key)
        assert page.locator("#legend li").count() >= 2, key
        used = page.evaluate(
            "[...new Set([...document.querySelectorAll('#canvas .box')]"
            ".map(box => box.querySelector('path:not([class])')).filter(Boolean)"
            ".map(band => getComputedStyle(band).fill))]"
        )
        assert len(used) >= 2, key
    same = dict(each(opened(LENET), "#color option:disabled", "[one.value, one.textContent]"))
    assert same["dtype"] == "Dtype (float32 everywhere)"


def _different(column: dict[str, Any]) -> int:
    """How many different values a column has; what has no weights is neither trainable nor not."""
    if "of" in column:
        return 2  # of several layers
    values = [column["values"][place] for place in column["cells"]] if "values" in column else column["cells"]
    return len({json.dumps(value) for value in values if column["kind"] != "flag" or value != ""})


def test_unknown_is_hatched_and_said(opened: Open, tmp_path: Path) -> None:
    mine = layer("Mystery", "mystery", ["input"])
    mine["module"], mine["registered_name"] = "my.layers", "Mystery"
    config = residual_chain(9)
    config["config"]["layers"][1] = mine
    config["config"]["layers"] = config["config"]["layers"][:2]
    config["config"]["output_layers"] = [["mystery", 0, 0]]
    source = tmp_path / "unknown.json"
    source.write_text(json.dumps(config))
    page = opened(source)
    page.select_option("#color", "output")
    assert "unknown" in box(page, "mystery").get_attribute("class")
    hatch = page.evaluate("getComputedStyle(document.querySelector('.box.unknown path:not([class])')).fill")
    assert hatch.startswith("url(")
    assert page.evaluate("getComputedStyle(document.querySelector('#legend .unknown rect')).fill") == hatch
    assert "?" in page.locator("#legend").inner_text()


# Saving


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_saved_svg_stands_alone_and_looks_the_same(opened: Open, browser: Any, tmp_path: Path, scheme: str) -> None:
    page = opened(ENCODER, color_scheme=scheme)
    show(page, "groups")
    box(page, "embedding").click()  # what is selected is no part of the drawing
    page.select_option("#color", "parameters")
    with page.expect_download() as download:
        page.click("text=Save SVG")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "encoder.svg"
    text = path.read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SVG}svg"
    assert next(root.iter(f"{SVG}title")).text == "encoder"
    assert not re.search(r"var\(|@media|data-n|data-ends|tabindex|aria-|selected", text)
    for name in set(re.findall(r"url\(\W*#([\w-]+)", text)):
        assert f'id="{name}"' in text
    # Fills, strokes and fonts, element by element, in a page of its own and of the other scheme.
    measure = """() => [...document.querySelectorAll("svg .box, svg .head")].flatMap(part =>
      [...part.querySelectorAll("rect, path, text")].map(one => {
        const style = getComputedStyle(one);
        return [one.tagName, style.fill, style.stroke, style.fontSize, style.fontWeight].join();
      }))"""
    page.mouse.click(30, 500)
    page.mouse.move(700, 30)
    page.evaluate("document.activeElement.blur()")
    here = page.evaluate(measure.replace("svg .", "#canvas ."))
    other = browser.new_page(color_scheme="dark" if scheme == "light" else "light")
    other.goto(path.as_uri())
    assert other.evaluate(measure) == here
    paper = "rgb(255, 255, 255)" if scheme == "light" else "rgb(15, 20, 26)"
    assert other.evaluate("getComputedStyle(document.querySelector('svg > rect.p')).fill") == paper
    other.close()


def test_a_saved_png_is_the_picture(opened: Open) -> None:
    page = opened(LENET, color_scheme="light")
    [size] = each(page, ".sheet > svg", "[one.width.baseVal.value, one.height.baseVal.value]")
    with page.expect_download() as download:
        page.click("#graph-bar >> text=PNG")
    assert download.value.suggested_filename == "lenet.png"
    image = Image.open(io.BytesIO(Path(download.value.path()).read_bytes())).convert("RGB")
    assert image.size == (2 * size[0], 2 * size[1])
    assert image.getpixel((1, 1)) == (255, 255, 255)
    colors = _colors(image)
    for family in ("convolution", "dense", "pooling"):
        value = FAMILY_COLORS[family].light
        assert tuple(int(value[at : at + 2], 16) for at in (1, 3, 5)) in colors


# Anything may come


def test_names_stay_text(opened: Open, tmp_path: Path) -> None:
    config = residual_chain(5)
    names = [name for name in dict.fromkeys(HOSTILE) if name and "/" not in name and len(name) < 200][:60]
    layers = config["config"]["layers"][:1]
    for before, name in zip(["input", *names], names, strict=False):
        layers.append(layer("ReLU", name, [before]))
    config["config"]["layers"] = layers
    config["config"]["output_layers"] = [[names[-1], 0, 0]]
    config["config"]["name"] = "</script><img src=x onerror=alert(1)>"
    source = tmp_path / "hostile.json"
    source.write_text(json.dumps(config))
    page = opened(source)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    assert page.locator("#graph img, #graph script").count() == 0
    for number in range(0, page.locator(".sheet .box").count(), 9):
        page.locator(".sheet .box").nth(number).click()
    assert page.locator("img, #graph script").count() == 0
    with page.expect_download() as download:
        page.click("text=Save SVG")
    root = ElementTree.fromstring(Path(download.value.path()).read_text(encoding="utf-8"))
    assert not [one.tag for one in root.iter() if not one.tag.startswith(SVG)]
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
        "svg", "title", "style", "defs", "marker", "pattern", "path", "rect", "g", "text",
    }  # fmt: skip
    assert re.fullmatch(r"[\w.-]+\.svg", download.value.suggested_filename)


def test_a_model_without_drawings_and_one_of_a_single_layer(opened: Open, tmp_path: Path) -> None:
    whole = build_page(netviz.inspect(LENET).model, weights=False, version="0")
    for name, page_view in (
        ("none", replace(whole, levels=(), drawings=(), problem="Nothing is connected.")),
        ("empty", replace(whole, levels=(), drawings=(), layers=replace(whole.layers, rows=()), details=(), totals=0,
                          findings=(), activations=())),
    ):  # fmt: skip
        page = opened(page_view)
        for key in ("+", "-", "0", "u", "Backspace", "Escape", "ArrowDown"):
            page.keyboard.press(key)
        assert page.locator("#graph-bar").is_hidden()
        if name == "none":
            assert "Nothing is connected." in page.locator("#canvas").inner_text()
            page.evaluate("location.hash = 'layer/conv1'")
    single = tmp_path / "single.json"
    config = residual_chain(1)
    config["config"]["output_layers"] = [["input", 0, 0]]
    single.write_text(json.dumps(config))
    page = opened(single)
    page.locator(".sheet .box").first.click()
    assert hash_of(page) == "#layer/input"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator(".sheet .selected").count() == 1


def _two_fingers(x: float, y: float, spread: float) -> list[dict[str, float]]:
    return [{"x": x - spread, "y": y, "id": 0}, {"x": x + spread, "y": y, "id": 1}]


def test_fingers(opened: Open) -> None:
    page = opened(RESNET, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    show(page, "layers")
    at = page.locator("#canvas").bounding_box()
    x, y = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2
    before = view(page)
    wire = page.context.new_cdp_session(page)
    wire.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for up in (20, 60, 100, 140):
        wire.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - up}]})
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("top => document.getElementById('canvas').scrollTop > top", arg=before["top"] + 100)
    assert page.locator(".sheet .selected").count() == 0
    before = view(page)
    wire.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": _two_fingers(x, y, 40)})
    for spread in (50, 60, 70, 80):
        wire.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": _two_fingers(x, y, spread)})
    wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert view(page)["zoom"] == pytest.approx(2 * before["zoom"], rel=0.05)
    assert page.evaluate("visualViewport.scale") == 1
    for _ in range(3):
        page.locator("#graph-bar button[aria-label^='Zoom out']").tap()
    page.locator(".sheet .box").nth(4).scroll_into_view_if_needed()
    page.locator(".sheet .box").nth(4).tap()
    assert page.locator(".sheet .selected").count() == 1
    wait_until_seen(page, ".sheet .selected")  # above the sheet that the panel is
    for button in page.locator("#graph-bar button:visible").all():
        assert min(button.bounding_box()["width"], button.bounding_box()["height"]) >= 24


def test_a_thousand_boxes(opened: Open, tmp_path: Path) -> None:
    source = tmp_path / "chain.json"
    source.write_text(json.dumps(residual_chain(1200)))
    page = opened(source)
    show(page, "layers")
    assert page.locator(".sheet .box").count() == 1200 + 1
    page.keyboard.press("0")
    assert seen(page, page.locator(".sheet > svg"))
    # From far nothing can be read, so all of a card shows what its colour means.
    card = page.evaluate(
        """() => {
          const box = document.querySelector("#canvas .box.dense");
          const [band, rect] = [box.querySelector("path:not([class])"), box.querySelector("rect")];
          return [band.getBoundingClientRect().width / rect.getBoundingClientRect().width,
                  getComputedStyle(box.querySelector("text")).visibility];
        }"""
    )
    assert card == [pytest.approx(1, abs=0.05), "hidden"]
    with page.expect_download(timeout=20000) as download:
        page.click("#graph-bar >> text=PNG")
    image = Image.open(Path(download.value.path()))
    assert max(image.size) <= 16384
    if image.size[0] < 2 * page.evaluate("document.querySelector('.sheet > svg').width.baseVal.value"):
        assert "scaled" in page.locator("#status").inner_text()
