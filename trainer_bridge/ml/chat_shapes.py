"""Chat templates rendered once for each sequence of speakers, not once for each conversation.

A template that only writes what was said, trimmed or not, gives the same text around it whoever says what. Whether it
does more (asks what a turn contains, cuts thoughts out of it) is read off its syntax; such templates are rendered in
full each time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from trainer_bridge.ml.errors import RefusedError

Messages = Sequence[Mapping[str, str]]
# White space that templates do not write, around a mark that nobody says: what trims takes it away.
_PAD = "\x0b"
_MARK = re.compile(f"({_PAD}?)\x02(\\d+)\x03({_PAD}?)")
_CHECKED = 3


class ChatShapes:
    """Renders conversations as the tokenizer's `apply_chat_template` does."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        template = tokenizer.chat_template
        self.is_plain = isinstance(template, str) and writes_only(template)
        # Literal texts and, between them, the place of a turn and whether it is trimmed; None to render in full.
        self._shapes: dict[tuple[tuple[str, ...], bool], list[str | tuple[int, bool]] | None] = {}
        self._seen: dict[tuple[tuple[str, ...], bool], int] = {}
        # By the speakers of a prompt: whether an answer to it is trimmed, and what is written after it.
        self._ends: dict[tuple[str, ...], tuple[bool, str] | None] = {}

    def render(self, turns: Messages, *, opens: bool) -> str:
        """The conversation as text, with what makes the model answer when it `opens` a turn. Raises RefusedError."""
        if not self.is_plain:
            return self._in_full(turns, opens=opens)
        shape = tuple([turn["role"] for turn in turns]), opens
        if shape not in self._shapes:
            self._shapes[shape] = self._shape_of(shape)
        parts = self._shapes[shape]
        if parts is None:
            return self._in_full(turns, opens=opens)
        text = "".join([part if type(part) is str else _said(turns, part) for part in parts])  # type: ignore[arg-type]
        if self._seen.setdefault(shape, 0) < _CHECKED:
            self._seen[shape] += 1
            if text != self._in_full(turns, opens=opens):
                self._shapes[shape] = None
                return self._in_full(turns, opens=opens)
        return text

    def end(self, prompt: Messages, answer: Messages) -> str | None:
        """What the rendered conversation with `answer` has after the rendered prompt, which opens the model's turn.

        None where it does not begin with that, or where that cannot be said without rendering both.
        """
        if not self.is_plain or len(answer) != 1 or answer[0]["role"] != "assistant":
            return None
        speakers = tuple([turn["role"] for turn in prompt])
        if speakers not in self._ends:
            self._ends[speakers] = self._end_after(prompt, answer, speakers)
        found = self._ends[speakers]
        if found is None:
            return None
        content = answer[0]["content"]
        return (content.strip() if found[0] else content) + found[1]

    def _end_after(self, prompt: Messages, answer: Messages, speakers: tuple[str, ...]) -> tuple[bool, str] | None:
        # Rendering both makes sure of their shapes, and of what they are checked against.
        for _ in range(_CHECKED):
            self.render(prompt, opens=True)
            self.render([*prompt, *answer], opens=False)
        alone, whole = self._shapes[speakers, True], self._shapes[(*speakers, "assistant"), False]
        if alone is None or whole is None or len(whole) != len(alone) + 2 or whole[: len(alone)] != alone:
            return None
        slot, tail = whole[-2:]
        if not isinstance(slot, tuple) or slot[0] != len(speakers) or not isinstance(tail, str):
            return None
        return slot[1], tail

    def _shape_of(self, shape: tuple[tuple[str, ...], bool]) -> list[str | tuple[int, bool]] | None:
        roles, opens = shape
        marked = [{"role": role, "content": f"{_PAD}\x02{place}\x03{_PAD}"} for place, role in enumerate(roles)]
        rendered = self._in_full(marked, opens=opens)
        parts: list[str | tuple[int, bool]] = []
        end = 0
        for found in _MARK.finditer(rendered):
            before, place, after = found.groups()
            if before != after:
                return None
            parts += [rendered[end : found.start()], (int(place), not before)]
            end = found.end()
        return [*parts, rendered[end:]]

    def _in_full(self, turns: Messages, *, opens: bool) -> str:
        try:
            return str(
                self._tokenizer.apply_chat_template(
                    [dict(turn) for turn in turns], tokenize=False, add_generation_prompt=opens
                )
            )
        except (TemplateError, ValueError, TypeError) as error:
            why = " ".join(str(error).split())
            raise RefusedError(f"The tokenizer's chat template does not take these rows: {why}") from error


def _said(turns: Messages, part: tuple[int, bool]) -> str:
    place, is_trimmed = part
    content = turns[place]["content"]
    return content.strip() if is_trimmed else content


def writes_only(template: str) -> bool:
    """Whether a chat template writes what was said, trimmed at most, and decides nothing by it."""
    try:
        parsed = ImmutableSandboxedEnvironment(extensions=["jinja2.ext.loopcontrols"]).parse(template)
    except TemplateError:
        return False
    names: set[str] = set()
    while True:
        found = {
            assigned.target.name if isinstance(assigned.target, nodes.Name) else str(assigned.target.name)
            for assigned in parsed.find_all(nodes.Assign)
            if isinstance(assigned.target, nodes.Name | nodes.NSRef) and _is_said(assigned.node, names)
        }
        if found <= names:
            break
        names |= found
    if any(True for _ in parsed.find_all((nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.AssignBlock))):
        return False
    return all(_only_writes(node, names) for node in parsed.body)


def _is_said(node: nodes.Node, names: set[str]) -> bool:
    """Whether what was said is somewhere in an expression."""
    return any(_says(each, names) for each in [node, *node.find_all(nodes.Node)])


def _says(node: nodes.Node, names: set[str]) -> bool:
    if isinstance(node, nodes.Getitem):
        # A turn may also be asked by a name that is not written there.
        return not isinstance(node.arg, nodes.Const | nodes.Slice | nodes.Neg | nodes.Sub) or (
            isinstance(node.arg, nodes.Const) and node.arg.value == "content"
        )
    if isinstance(node, nodes.Getattr):
        return node.attr == "content" or node.attr in names
    return isinstance(node, nodes.Name) and node.name in names


def _only_writes(node: nodes.Node, names: set[str]) -> bool:
    """Statements: nothing that was said decides anything, and what is written of it is written as it is."""
    if isinstance(node, nodes.Output):
        return all(_as_it_is(each, names) for each in node.nodes)
    if isinstance(node, nodes.Assign):
        return _as_it_is(node.node, names)
    if isinstance(node, nodes.If):
        rest = [*node.body, *node.elif_, *node.else_]
        return not _decides(node.test, names) and all(_only_writes(each, names) for each in rest)
    if isinstance(node, nodes.For):
        return (
            not _decides(node.iter, names)
            and (node.test is None or not _decides(node.test, names))
            and all(_only_writes(each, names) for each in [*node.body, *node.else_])
        )
    return not _decides(node, names)


def _decides(node: nodes.Node, names: set[str]) -> bool:
    """What was said, or a whole turn with it, would be looked into."""
    return _is_said(node, names) or any(
        isinstance(each, nodes.Filter) and each.name not in ("trim", "length")
        for each in [node, *node.find_all(nodes.Filter)]
    )


def _as_it_is(node: nodes.Node, names: set[str]) -> bool:
    if _says(node, names):
        return True
    if isinstance(node, nodes.Add | nodes.Concat):
        return all(_as_it_is(each, names) for each in node.iter_child_nodes())
    if isinstance(node, nodes.CondExpr):
        return not _decides(node.test, names) and all(
            each is None or _as_it_is(each, names) for each in (node.expr1, node.expr2)
        )
    if isinstance(node, nodes.Filter) and node.name == "trim" and not node.args and node.node is not None:
        return _as_it_is(node.node, names)
    if (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Getattr)
        and node.node.attr == "strip"
        and not node.args
    ):
        return _as_it_is(node.node.node, names)
    return not _decides(node, names)
