"""The demo's prompts and responses, written for this project: typed, and checked when they are read.

`content/*.yaml` holds prose (one domain a file), `content/*.jsonl` one record a line where escapes matter. Every
response carries its author's honest judgement of its quality (0–1) and the reason in a few words; simulated
annotators vote by them, real ones never see them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

FOLDER = Path(__file__).parent / "content"

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
# A pair of dollars is a formula only around TeX, as "$24 an hour or $60" is money.
_FEATURES = {
    "latex": re.compile(r"\$\$.+?\$\$|\$[^$\n]*[\\^_={}][^$\n]*\$", re.DOTALL),
    "table": re.compile(r"^\|?[ :|-]*-{3,}[ :|-]*\|[ :|-]*$", re.MULTILINE),
    "list": re.compile(r"^ {0,3}(?:[-*]|\d+\.) \S.*\n+(?: .*\n+)* {0,3}(?:[-*]|\d+\.) \S", re.MULTILINE),
}


class ContentError(ValueError):
    """A record that cannot be used; the message names file, record and what to mend."""


class DemoMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: str
    content: str


class DemoResponse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`quality` lies between 0 and 1; `why` is the reason, used as a simulated rationale."""

    content: str
    quality: float
    generator: str
    why: str


class DemoRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    domain: str
    prompt: tuple[DemoMessage, ...]
    responses: tuple[DemoResponse, ...]
    tags: tuple[str, ...] = ()

    @property
    def texts(self) -> list[str]:
        """The messages of the prompt and then the responses, as shown."""
        return [message.content for message in self.prompt] + [response.content for response in self.responses]


def load_content(folder: Path = FOLDER) -> list[DemoRecord]:
    """Every record of the folder in a stable order. Raises ContentError for the first that is wrong."""
    records: list[DemoRecord] = []
    seen: dict[str, str] = {}
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.jsonl")]):
        for raw in _raw_records(path):
            record = _record(raw, path)
            if record.id in seen:
                raise ContentError(f"{path.name}: {record.id} is in {seen[record.id]} already; rename one.")
            seen[record.id] = path.name
            records.append(record)
    return records


def features(record: DemoRecord) -> tuple[str, ...]:
    """What a reader will meet in the texts: code, latex, table, list, rtl, multi-turn (three messages up), system."""
    found = [name for name, pattern in _FEATURES.items() if any(pattern.search(_CODE.sub("", t)) for t in record.texts)]
    if any("```" in text for text in record.texts):
        found.append("code")
    if any(unicodedata.bidirectional(letter) in {"R", "AL"} for text in record.texts for letter in text):
        found.append("rtl")
    if len(record.prompt) >= 3:
        found.append("multi-turn")
    if record.prompt[0].role == "system":
        found.append("system")
    return tuple(found)


def _raw_records(path: Path) -> Iterator[dict[str, Any]]:
    if path.suffix == ".jsonl":
        # Split at newlines only: splitlines() would also break at a U+2028 inside a text.
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            if line.strip():
                yield _json_record(line, f"{path.name}: line {number}")
        return
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ContentError(f"{path.name}: not valid YAML; {error}") from error
    for record in document["records"]:
        yield {"domain": document["domain"], **record}


def _json_record(line: str, where: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ContentError(f"{where}: not a JSON object; {error}.") from error


def _messages(prompt: Any) -> Any:
    """Messages in full: a prompt may be one text, and a turn may be written as `user: text`."""
    if isinstance(prompt, str):
        return [{"role": "user", "content": prompt}]
    if not isinstance(prompt, list):
        return prompt
    return [
        {"role": role, "content": content}
        for turn in prompt
        for role, content in ([(turn["role"], turn["content"])] if "role" in turn else turn.items())
    ]


def _record(raw: dict[str, Any], path: Path) -> DemoRecord:
    where = f"{path.name}: {raw.get('id', 'a record without id')}"
    raw = {**raw, "prompt": _messages(raw.get("prompt"))}
    try:
        record = msgspec.convert(raw, DemoRecord)
    except msgspec.ValidationError as error:
        raise ContentError(f"{where}: {error}.") from error
    contents = {response.content for response in record.responses}
    if len(contents) < 2 or len(contents) != len(record.responses):
        raise ContentError(f"{where}: give at least two responses, each different.")
    if any(not 0 <= response.quality <= 1 for response in record.responses):
        raise ContentError(f"{where}: quality lies between 0 and 1.")
    if not record.prompt or record.prompt[-1].role != "user":
        raise ContentError(f"{where}: the last message of a prompt is the user's.")
    # Features are tags too, so that nobody has to keep both in step by hand.
    return msgspec.structs.replace(record, tags=tuple(dict.fromkeys((*record.tags, *features(record)))))
