"""Whether a text holds code or mathematics, fenced or not."""

from __future__ import annotations

import re
from typing import NamedTuple

import regex

_FENCE = re.compile(r"(?ms)^[ \t]*(```|~~~)[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)")
_INLINE_CODE = re.compile(r"(?<!`)`[^`\n]+`(?!`)")
# Lines that hardly occur in prose …
_STATEMENT = re.compile(
    r"\s*(?:def \w+\(|class \w+[(:{]|import [\w.]+(?: as \w+)?;?$|from [\w.]+ import \w|#include\b|for .+ in .+:$"
    r"|(?:public|private|static|const|let|var) [\w<>\[\]]+.*[;={(]|(?:function|fn|func) \w*\(|SELECT\b.*\bFROM\b"
    r"|</?[a-z][a-z0-9-]*(?: [^<>]*)?/?>|@\w+(?:\(.*\))?$|\$ \w+|[\w.\[\]]+ ?[-+*/]?= ?[^=\s].*|[})\]]+[;,]?$)"
    r"|[ \t]+return\b|return [^ ]+;$"
)
# … and line ends that do, so that such a line must hold a sign of code as well.
_ENDING = re.compile(r".*(?:[;{]|\);?|\) ?=> ?.*)$")
_SIGN = re.compile(r"[={}<>_;\[\]]\S|\w\(|\) ?\{")
# Dollars enclose mathematics if a sign of it stands inside and no space follows or precedes them: $5 and $10 do not.
_DOLLARS = re.compile(
    r"\$\$.+?\$\$|(?<![\\\w$])\$(?=[^\s$])[^$\n]{0,200}?[\\^_={}+*/<>|a-zA-Z][^$\n]{0,200}?(?<=[^\s$])\$(?![\w$])",
    re.DOTALL,
)
_CURRENCY = re.compile(r"^\$\d[\d,.]*\s+\w+\s")
_BRACKETS = re.compile(
    r"\\\(.{1,400}?\\\)|\\\[.{1,400}?\\\]|\\begin\{(?:equation|align|matrix|[bp]matrix|cases|gather)\*?\}", re.DOTALL
)
_COMMAND = re.compile(
    r"\\(?:frac|sqrt|sum|int|prod|lim|cdot|times|leq?|geq?|neq|approx|alpha|beta|gamma|theta|pi|sigma|infty|partial|mathbb|"
    r"mathrm|text|left|right|boxed|in|to|log|sin|cos|tan|ln)(?![A-Za-z])"
)
_OPERATOR = regex.compile(r"(?V1)[\p{Sm}--[+<>=|~¬←-⇿]]")
_FORMULA = re.compile(
    r"(?<![\w.])(?:\d[\d.,]*|[a-z]) ?[-+*/×÷^] ?(?:\d[\d.,]*|[a-z])(?: ?[-+*/×÷^] ?(?:\d[\d.,]*|[a-z]))* ?= ?-?\w"
)


class CodeMaths(NamedTuple):
    """What was found. `code_share` is the share of the characters that are code, fenced or by the look of its lines."""

    has_code: bool
    has_maths: bool
    fences: int
    inline_code: int
    code_share: float
    formulas: int


def code_maths(text: str) -> CodeMaths:
    """Code by fences or, outside them, by two or more lines that look like it and are a third of all lines.

    Mathematics by TeX between its signs, TeX commands, mathematical symbols (two or more) or written-out sums.
    """
    fenced = [match.group(2) for match in _FENCE.finditer(text)]
    outside = _FENCE.sub("\n", text)
    lines = [line for line in outside.splitlines() if line.strip()]
    loose = [line for line in lines if _is_code(line)]
    if len(loose) < 2 or len(loose) * 3 < len(lines):
        loose = []
    inline = len(_INLINE_CODE.findall(outside))
    characters = sum(map(len, fenced)) + sum(map(len, loose))
    prose = _INLINE_CODE.sub(" ", outside) if not loose else ""
    formulas = _formulas(prose)
    symbols = len(_OPERATOR.findall(prose))
    return CodeMaths(
        has_code=bool(fenced or loose),
        has_maths=formulas > 0 or symbols >= 2,
        fences=len(fenced),
        inline_code=inline,
        code_share=characters / len(text) if text else 0.0,
        formulas=formulas,
    )


def _is_code(line: str) -> bool:
    return bool(_STATEMENT.match(line)) or (bool(_ENDING.match(line)) and bool(_SIGN.search(line)))


def _formulas(prose: str) -> int:
    dollars = [match for match in _DOLLARS.findall(prose) if not _CURRENCY.match(match)] if "$" in prose else []
    brackets = _BRACKETS.findall(prose) if "\\" in prose else []
    if dollars or brackets:
        return len(dollars) + len(brackets)
    commands = 1 if "\\" in prose and _COMMAND.search(prose) else 0
    return commands + (len(_FORMULA.findall(prose)) if "=" in prose else 0)
