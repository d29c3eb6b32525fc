"""Next-token log-probabilities of many rows with one forward pass each, reading what rows share only once.

A window's prefixes are planned first (:mod:`curation.ml.judging.prefix_plan`). Trunks are read alone, the last few of
them are kept from one window to the next. On a GPU twigs are read side by side, which leaves holes where one is shorter
than its neighbour; holes are masked and positions are counted past them. On a processor, and by a model that cannot do
that, twigs are read singly. A model that cannot share at all (:func:`curation.ml.prefix_scoring.refusal`) reads every
row whole.
"""

from __future__ import annotations

import copy
import inspect
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from curation.ml.judging.prefix_plan import Plan, Trunk, Twig
from curation.ml.prefix_scoring import MINIMUM_SHARED
from curation.ml.token_rows import batches, common_prefix, padded

Ids = list[int]
KEPT = 4
"""Trunks kept between windows: a judge's rubric, or one for each aspect."""


@dataclass
class Reading:
    """Rows ``members`` read together: ``log_probs`` (members, vocabulary) in float32, ``None`` when out of memory.

    ``cached`` tokens of each row were not read for it: another row's reading served.
    """

    members: list[int]
    log_probs: torch.Tensor | None
    cached: list[int]


@dataclass
class _State:
    """Keys and values of rows so far: ``lengths`` tokens each, in a cache as wide as ``mask`` (rows, width)."""

    cache: Any
    mask: torch.Tensor
    lengths: list[int]

    def rows(self, chosen: Sequence[int]) -> _State:
        """The state of the rows ``chosen``, to be continued once: a pass appends to the cache it is given."""
        cache = copy.copy(self.cache)
        cache.layers = [copy.copy(layer) for layer in self.cache.layers]
        index = torch.tensor(chosen)
        if list(chosen) != list(range(len(self.lengths))):
            cache.batch_select_indices(index.to(self.cache.layers[0].keys.device))
        return _State(cache, self.mask[index], [self.lengths[at] for at in chosen])

    def cut(self, length: int) -> _State:
        """The first ``length`` tokens of a state of one row."""
        state = self.rows([0])
        for layer in state.cache.layers:
            layer.keys, layer.values = layer.keys[..., :length, :], layer.values[..., :length, :]
        return _State(state.cache, state.mask[:, :length], [length])


class PrefillReader:
    """One loaded causal language model. ``token_budget`` is padded tokens per forward pass."""

    def __init__(self, model: Any, pad: int, device: str, *, token_budget: int, shares: bool) -> None:
        self._model = model
        self._body = getattr(model, model.base_model_prefix, model)
        self._pad = pad
        self._device = device
        self._shares = shares
        parameters = inspect.signature(model.forward).parameters
        self._keeps_logits = "logits_to_keep" in parameters
        self._kept: OrderedDict[tuple[int, ...], _State] = OrderedDict()
        self.token_budget = token_budget
        # On a processor the padding of twigs costs more than reading them together saves.
        self._side_by_side = shares and device != "cpu" and "position_ids" in parameters
        self._side_by_side = self._side_by_side and self._reads_past_holes()

    def read(self, rows: Sequence[Ids], minimum: int = MINIMUM_SHARED) -> Iterator[Reading]:
        """Every row once, in no order. After running out of memory, rows are read whole and singly."""
        left = dict.fromkeys(range(len(rows)))
        try:
            for reading in self._read(rows, minimum):
                for at in reading.members:
                    del left[at]
                yield reading
            return
        except torch.OutOfMemoryError:
            self.forget()
            self.token_budget = max(1, self.token_budget // 2)
        # Outside the handler, so that the failed attempt's tensors are free before the next one.
        if self._device == "cuda":
            torch.cuda.empty_cache()
        for at in left:
            yield self._read_alone(rows, at)

    def _reads_past_holes(self) -> bool:
        """Whether a trial with twigs of unlike length gives what rows read whole give."""
        vocabulary = self._model.config.get_text_config().vocab_size
        tokens = [at for at in range(0, vocabulary, max(1, vocabulary // 64)) if at != self._pad][:64]
        trunk, short, long = tokens[:11], tokens[11:14], tokens[14:21]
        rows = [[*trunk, *twig, *tokens[end : end + 2 + end % 3]] for twig in (short, long) for end in (22, 30)]
        try:
            for reading in self._read(rows, minimum=2):
                whole = torch.cat([self._last([rows[at]], None) for at in reading.members])
                tolerance = (1e-3 if self._model.dtype == torch.float32 else 0.1) * float(whole.abs().max())
                if reading.log_probs is None or (reading.log_probs - whole).abs().max() > tolerance:
                    return False
        except (TypeError, ValueError, RuntimeError, IndexError):
            return False
        finally:
            self.forget()
        return True

    def forget(self) -> None:
        """Drop the trunks kept between windows."""
        self._kept.clear()

    def _read_alone(self, rows: Sequence[Ids], at: int) -> Reading:
        try:
            return Reading([at], self._last([rows[at]], None), [0])
        except torch.OutOfMemoryError:
            return Reading([at], None, [0])

    def _read(self, rows: Sequence[Ids], minimum: int) -> Iterator[Reading]:
        if not rows:
            return
        if not self._shares:
            order = sorted(range(len(rows)), key=lambda at: (len(rows[at]), rows[at]))
            for batch in batches(order, [len(row) for row in rows], self.token_budget):
                yield Reading(batch, self._last([rows[at] for at in batch], None), [0] * len(batch))
            return
        root = Plan(rows, self.token_budget, minimum).root(self._longest_kept(rows, minimum))
        yield from self._read_trunk(rows, root, None, Counter())

    def _read_trunk(
        self, rows: Sequence[Ids], trunk: Trunk, parent: _State | None, fresh: Counter[int]
    ) -> Iterator[Reading]:
        """``fresh`` adds up the tokens of prefixes that were read for a row; its neighbours find them read."""
        first = trunk.members[0]
        state = parent
        if trunk.length:
            ids = rows[first][: trunk.length]
            state, new = self._trunk_state(ids, parent)
            fresh[first] += new
        yield from self._read_twigs(rows, trunk, state, fresh)
        for branch in trunk.trunks:
            yield from self._read_trunk(rows, branch, state, fresh)

    def _read_twigs(
        self, rows: Sequence[Ids], trunk: Trunk, state: _State | None, fresh: Counter[int]
    ) -> Iterator[Reading]:
        singles = [at for twig in trunk.twigs if twig.length == trunk.length for at in twig.members]
        if singles:
            yield from self._read_ends(rows, [(0, at) for at in singles], state, trunk.length, fresh)
        twigs = [twig for twig in trunk.twigs if twig.length > trunk.length]
        widths = [twig.length - trunk.length for twig in twigs]
        order = sorted(range(len(twigs)), key=lambda number: widths[number])
        together = batches(order, widths, self.token_budget) if self._side_by_side else ([number] for number in order)
        for batch in together:
            chosen = [twigs[number] for number in batch]
            heads = [rows[twig.members[0]][trunk.length : twig.length] for twig in chosen]
            for twig, head in zip(chosen, heads, strict=True):
                fresh[twig.members[0]] += len(head)
            ends = [(number, at) for number, twig in enumerate(chosen) for at in twig.members]
            yield from self._read_ends(rows, ends, self._extended(heads, state), None, fresh, chosen)

    def _read_ends(
        self,
        rows: Sequence[Ids],
        ends: list[tuple[int, int]],
        state: _State | None,
        length: int | None,
        fresh: Counter[int],
        twigs: Sequence[Twig] = (),
    ) -> Iterator[Reading]:
        """``ends`` are (row of ``state``, position): what follows the ``length`` tokens, or those of its twig."""
        seen = [twigs[number].length if length is None else length for number, _ in ends]
        own = [rows[at][skip:] for (_, at), skip in zip(ends, seen, strict=True)]
        order = sorted(range(len(ends)), key=lambda each: (len(own[each]), own[each]))
        for batch in batches(order, [len(end) for end in own], self.token_budget):
            begun = state.rows([ends[each][0] for each in batch]) if state else None
            members = [ends[each][1] for each in batch]
            cached = [seen[each] - fresh.pop(ends[each][1], 0) for each in batch]
            yield Reading(members, self._last([own[each] for each in batch], begun), cached)

    # Trunks.

    def _longest_kept(self, rows: Sequence[Ids], minimum: int) -> int:
        """How many first tokens of all rows are in a kept trunk."""
        first, last = min(rows), max(rows)
        shared = min(common_prefix(first, last), *(len(row) - 1 for row in rows))
        longest = max((common_prefix(kept, first[:shared]) for kept in self._kept), default=0)
        return longest if longest >= minimum else 0

    def _trunk_state(self, ids: Ids, parent: _State | None) -> tuple[_State, int]:
        """The state after ``ids``, and how many tokens had to be read for it."""
        if parent is not None:
            seen = parent.lengths[0]
            return self._extended([ids[seen:]], parent), len(ids) - seen
        begin = max(self._kept, key=lambda kept: common_prefix(kept, ids), default=())
        known = common_prefix(begin, ids)
        state = self._kept[begin].cut(known) if known else None
        if known < len(ids):
            state = self._extended([ids[known:]], state)
        assert state is not None  # noqa: S101 - a trunk is not empty
        self._keep(tuple(ids), state)
        return state, len(ids) - known

    def _keep(self, ids: tuple[int, ...], state: _State) -> None:
        self._kept[ids] = state
        self._kept.move_to_end(ids)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    # Passes.

    def _inputs(self, ends: Sequence[Ids], state: _State | None) -> tuple[dict[str, Any], torch.Tensor]:
        """Arguments of a pass that continues ``state``, and the mask (rows, seen + width) on the processor."""
        inputs = padded(ends, self._pad, "cpu")
        mask = inputs["attention_mask"]
        if state is not None:
            mask = torch.cat([state.mask, mask], dim=1)
            inputs |= {"past_key_values": state.cache}
            if not bool(state.mask.all()):
                width = inputs["input_ids"].shape[1]
                inputs["position_ids"] = (torch.tensor(state.lengths)[:, None] + torch.arange(width)).to(self._device)
        inputs |= {"input_ids": inputs["input_ids"].to(self._device), "attention_mask": mask.to(self._device)}
        return inputs, mask

    @torch.inference_mode()
    def _extended(self, heads: Sequence[Ids], state: _State | None) -> _State:
        """The state of each of ``heads`` after the one row of ``state``, read by the model below its head."""
        begun = state.rows([0] * len(heads)) if state else None
        inputs, mask = self._inputs(heads, begun)
        cache = self._body(**inputs, use_cache=True).past_key_values
        seen = state.lengths[0] if state else 0
        return _State(cache, mask, [seen + len(head) for head in heads])

    @torch.inference_mode()
    def _last(self, ends: Sequence[Ids], state: _State | None) -> torch.Tensor:
        """(rows, vocabulary): log-probabilities of the token after each row."""
        inputs, _ = self._inputs(ends, state)
        lengths = torch.tensor([len(end) for end in ends])
        width = int(lengths.max())
        kept = width - int(lengths.min()) + 1 if self._keeps_logits else width
        # Logits are as wide as the vocabulary: only those of the rows' last places are wanted.
        arguments = {"logits_to_keep": kept} if self._keeps_logits else {}
        logits = self._model(**inputs, use_cache=state is not None, **arguments).logits
        last = (lengths - 1 - (width - kept)).to(logits.device)
        chosen = logits[torch.arange(len(ends), device=logits.device), last]
        return torch.log_softmax(chosen.float(), dim=-1)
