"""One arm of a trust check: the gold pairs as they are, or under one probe, judged and kept as a small file."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from curation.domain.judging.probes import PROBES, Probe
from curation.domain.judging.verdicts import combine
from curation.judges.answers import MICRO, AnswerMemory
from curation.judges.asking import ask_all
from curation.judges.gold_pairs import GoldPair
from curation.judges.protocols.base import JudgeProtocol, Unit, inquiry_of
from curation.judges.spec import JudgeSpec
from curation.ml.judging.calls import Answer, JudgeBackend
from curation.signals.kinds.base import Row
from webapp.store.canonical import Record
from webapp.store.files import store

AS_THEY_ARE = ""


class Verdict(msgspec.Struct, frozen=True):
    """What a judge said of one gold pair, signed towards b; a `reason` alone where it said nothing.

    `a_first` and `b_first` are the readings of either order, None from judges that never see both responses. `sign` is
    what both orders agree on, `logit` their mean or the difference of two scores.
    """

    logit: float = 0.0
    sign: int = 0
    a_first: float | None = None
    b_first: float | None = None
    reason: str | None = None


class Arm(msgspec.Struct, frozen=True):
    """Verdicts in the order of the gold. `cost`: US dollars of their answers when first given."""

    verdicts: list[Verdict]
    cost: float


@dataclass
class PricedMemory(AnswerMemory):
    """Adds up what its answers cost, whoever asked for them first: a check that reuses all has the same price."""

    worth: float = 0.0

    def known(self, keys: Sequence[bytes]) -> dict[bytes, Answer]:
        found = super().known(keys)
        self.worth += sum(map(self.prices.micro_dollars, found.values()))
        return found

    def put(self, key: bytes, answer: Answer, *, reason: str | None, record_id: str) -> None:
        self.worth += self.prices.micro_dollars(answer)
        super().put(key, answer, reason=reason, record_id=record_id)


def judge_arm(
    gold: Sequence[GoldPair],
    *,
    probe: str,
    protocol: JudgeProtocol,
    spec: JudgeSpec,
    backend: JudgeBackend,
    memory: PricedMemory,
    alive: Callable[[], None],
    judged: Callable[[Verdict], None],
    filled: Callable[[Iterable[Unit]], Iterable[Unit]] = iter,
) -> Arm:
    """Judge every gold pair, `judged` being told of each. Raises JobError as `ask_all` does.

    `filled` gives units their examples, before any probe: what a probe measures is not due to other examples.
    """
    units = filled(unit for pair in gold for unit in _units(pair, protocol))
    of_units = (pair for pair in gold for _ in range(1 if protocol.level == "pair" else 2))
    inquiries = (
        (pair.record.record_id, inquiry_of(protocol, _probed(unit, pair, PROBES.get(probe)), spec))
        for pair, unit in zip(of_units, units, strict=True)
    )
    rows = ask_all(inquiries, backend=backend, memory=memory, alive=alive)
    verdicts = []
    for verdict in _verdicts(rows, protocol, spec):
        judged(verdict)
        verdicts.append(verdict)
    return Arm(verdicts, memory.worth / MICRO)


def arm_write(key: str, arm: Arm) -> None:
    with store().writer(key) as file:
        file.write(msgspec.json.encode(arm))


def arm_read(key: str) -> Arm:
    with store().open(key) as file:
        return msgspec.json.decode(file.read(), type=Arm)


def _units(gold: GoldPair, protocol: JudgeProtocol) -> Iterator[Unit]:
    responses = {response.response_id: response for response in gold.record.responses}
    if protocol.level == "pair":
        yield Unit(gold.record, pair=gold.pair, responses=responses)
        return
    for side in (gold.a, gold.b):
        yield Unit(gold.record, response=responses[side], responses=responses)


def _probed(unit: Unit, gold: GoldPair, probe: Probe | None) -> Unit:
    if probe is None:
        return unit
    record = probed(gold, probe)
    responses = {response.response_id: response for response in record.responses}
    response = responses[unit.response.response_id] if unit.response else None
    return replace(unit, record=record, response=response, responses=responses)


def probed(gold: GoldPair, probe: Probe) -> Record:
    """The record with its texts changed. Responses keep their names, so that a and b stay who they are."""
    a, b = gold.sides
    last = gold.record.prompt[-1]
    if gold.value > 0:
        prompt, a, b = probe.apply(last.content, loser=a, winner=b)
    else:
        prompt, b, a = probe.apply(last.content, loser=b, winner=a)
    texts = {gold.a: a, gold.b: b}
    change = msgspec.structs.replace
    return change(
        gold.record,
        prompt=[*gold.record.prompt[:-1], change(last, content=prompt)],
        responses=[change(each, content=texts.get(each.response_id, each.content)) for each in gold.record.responses],
    )


def _verdicts(rows: Iterator[Row], protocol: JudgeProtocol, spec: JudgeSpec) -> Iterator[Verdict]:
    if protocol.level == "pair":
        return map(_of_pair, rows)
    score = next(column.name for column in protocol.columns(spec.options) if column.type == "number")
    return _of_scores(rows, score)


def _of_pair(row: Row) -> Verdict:
    if row.state == "failed":
        return Verdict(reason=row.reason or "failed")
    logit, slot = row.values["logit"], row.values.get("slot_logit")
    if not isinstance(logit, float) or not math.isfinite(logit):
        return Verdict(reason="no_verdict")
    if not isinstance(slot, float):
        return Verdict(logit, _sign(logit))
    # The mean and half the difference of what the two orders say of the second place.
    a_first, b_first = slot + logit, logit - slot
    return Verdict(logit, combine(a_first, b_first).sign, a_first, b_first)


def _of_scores(rows: Iterator[Row], score: str) -> Iterator[Verdict]:
    """Rows come two by two, a and b."""
    for a, b in zip(rows, rows, strict=True):
        reason = next((row.reason or "failed" for row in (a, b) if row.state == "failed"), None)
        low, high = a.values.get(score), b.values.get(score)
        if reason is not None:
            yield Verdict(reason=reason)
        elif isinstance(low, float) and isinstance(high, float) and math.isfinite(high - low):
            yield Verdict(high - low, _sign(high - low))
        else:
            yield Verdict(reason="no_score")


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
