"""Plain data as JSON that every parser accepts and every terminal can show."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

# Legal in JSON, yet harmful or invisible where it is shown: C1 controls, bidi and other format characters;
# and lone surrogates, which no file can hold.
_UNSAFE = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]")


def data_to_json(data: object) -> str:
    """`data` (dicts, lists, tuples, text, numbers) as indented JSON, ending in a newline.

    JSON has no NaN, which becomes null, and no infinity, which becomes "Infinity" or "-Infinity".
    """
    text = json.dumps(_strict(data), indent=2, ensure_ascii=False, allow_nan=False)
    return _UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], text) + "\n"


def _strict(data: object) -> object:
    if isinstance(data, Mapping):
        return {str(key): _strict(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_strict(value) for value in data]
    if isinstance(data, float) and not math.isfinite(data):
        return None if math.isnan(data) else "Infinity" if data > 0 else "-Infinity"
    if isinstance(data, int) and data.bit_length() > 4096:  # Python refuses to write more than 4,300 digits
        return f"{'-' if data < 0 else ''}2^{data.bit_length() - 1}"
    return data
