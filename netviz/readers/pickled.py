"""Whether bytes are a pickle: told by the operations that they would be for Python, of which none is run."""

from __future__ import annotations

import pickletools
import re

BEGIN = re.compile(rb"\x80[\x02-\x05](\x95.{8})?[\x00-\xff]", re.DOTALL)
"""How pickles of protocol 2 and later begin: with the protocol, and the frame of protocol 4."""

USUAL = (b"\x93", b"c", b"\x8c", b"}", b"]", b"(", b"X", b"q")
"""What follows in a pickle of an object, a dict, a list, a tuple or a text; other files may begin with \\x80, too."""

IMPORTS = {"GLOBAL", "STACK_GLOBAL", "INST", "EXT1", "EXT2", "EXT4"}
CALLS = {"REDUCE", "OBJ", "INST", "NEWOBJ", "NEWOBJ_EX", "BUILD"}
"""Operations that name an object of a module, and those that have something called."""

NAMED = re.compile(r"[A-Za-z_][\w.]* [A-Za-z_][\w.]*")
"""A module and an object in it, as an operation names them."""

MOST = 2_000
"""Operations looked at; no text has so many in a row."""


def is_pickle(head: bytes) -> bool:
    """Whether the first bytes of a file are those of a pickle that has something called, or of one of protocol 2 on.

    Protocols 0 and 1 begin with nothing of their own. As text may begin with operations, too (every line with a "c"
    imports the next), it takes an import and a call on what the operations before have put in place.
    """
    if BEGIN.match(head) and any(operation in head[2:16] for operation in USUAL):
        return True
    depth: list[int] = [0]  # values since each mark
    imported, count = False, 0
    try:
        for operation, argument, place in pickletools.genops(head):
            if operation.name == "STOP":  # of a text, more would follow
                return imported and place == len(head) - 1
            before, after = operation.stack_before, operation.stack_after
            if pickletools.markobject in before:
                depth.pop()
                before = before[: before.index(pickletools.markobject)]
            elif operation.name == "POP" and depth[-1] == 0:
                depth.pop()
                before = []
            depth[-1] -= len(before)
            if depth[-1] < 0:
                return False
            if pickletools.markobject in after:
                depth.append(0)
            else:
                depth[-1] += len(after)
            if operation.name in IMPORTS:
                if isinstance(argument, str) and not NAMED.fullmatch(argument):
                    return False
                imported = True
            count += 1
            if (imported and operation.name in CALLS) or count == MOST:
                return True
    except Exception:  # no more operations; pickletools raises errors of many kinds
        return False
    return False
