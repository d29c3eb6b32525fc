"""The training methods: what each reads, which losses it has, and what they need. Pure Python, read by web and trainer.

Columns have one meaning in every export and trainer:

==================  ===================================================================================
``prompt``          messages up to the response
``chosen``          the better response, as messages; ``rejected`` the worse one
``margin``          reward gap asked for, in reward units, ≥ 0
``weight``          how much the row counts, > 0, 1 where nothing was said
``soft_label``      probability that chosen is better, 0…1
``offset``          ODPO's Δ, in units of β times log-ratio, ≥ 0
``reward_gap``      MaPPO's Δr = r(chosen) − r(rejected) of rewards in 0…1, so 0…1
``rationale``       why chosen is better; ``rationale_prompt`` the text it continues
``reference``       a third, best response, as messages
``completion``      one response, as messages; ``label`` whether it is desirable
``aspect``          the name of what the pair was compared by: one head of a reward model each
``tie``             neither is better; which is called chosen means nothing
``marks``           spans of a completion: ``{start, end, category}`` in code points
==================  ===================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

PAIR = ("prompt", "chosen", "rejected")


@dataclass(frozen=True)
class Loss:
    """A loss of a method. `columns` are read besides the method's own, save `without`, which it cannot use.

    `settings` are refused with losses that do not list them. `own` losses are computed by this application's trainers,
    the others by the library's.
    """

    key: str
    title: str
    columns: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    own: bool = False
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Method:
    """A kind of run. `formats` are the exports it reads, the first one made where a run starts from a snapshot."""

    kind: str
    title: str
    description: str
    formats: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]
    losses: tuple[Loss, ...]

    def loss(self, key: str) -> Loss:
        """Raises LookupError."""
        return next(loss for loss in self.losses if loss.key == key)

    def columns(self, loss: str) -> tuple[str, ...]:
        """Every column that a run with this loss reads, each once."""
        entry = self.loss(loss)
        named = (*self.required, *self.optional, *entry.columns)
        return tuple(name for name in dict.fromkeys(named) if name not in entry.without)

    def required_columns(self, loss: str) -> tuple[str, ...]:
        """The columns without which such a run cannot start."""
        entry = self.loss(loss)
        named = dict.fromkeys((*self.required, *entry.columns))
        return tuple(name for name in named if name not in entry.without)


_RATIONALE = ("rationale", "rationale_prompt")
_DYNAMIC_BETA = ("beta_dpo_rho", "beta_dpo_a", "beta_dpo_momentum")
_WPO = ("use_weighting",)
# A divergence other than the reverse one leaves a term that cancels only where a loss reads the difference of the
# sides' scores alone.
_GAP = ("f_divergence", *_WPO)
_SMOOTH = ("label_smoothing",)
_CENTRED = ("center_rewards",)
_DPO = (
    Loss("sigmoid", "DPO", settings=_GAP),
    Loss("cdpo", "Conservative DPO", settings=(*_SMOOTH, *_GAP), own=True),
    Loss("soft_label", "DPO on soft labels", columns=("soft_label",), settings=_GAP, own=True),
    Loss("odpo", "DPO with an offset (ODPO)", columns=("offset",), settings=_GAP, own=True),
    Loss("mappo", "MaPPO", columns=("reward_gap",), settings=_WPO, own=True),
    Loss("beta_dpo", "DPO with dynamic β (β-DPO)", settings=(*_DYNAMIC_BETA, *_GAP), own=True),
    Loss("rationale_paper", "DPO with rationales, the paper's form", _RATIONALE, ("rationale_gamma", *_GAP), own=True),
    Loss("rationale_code", "DPO with rationales, the code's form", _RATIONALE, ("rationale_gamma", *_GAP), own=True),
    Loss("ipo", "IPO", settings=_GAP),
    Loss("hinge", "Hinge (SLiC)", settings=_GAP),
    Loss("robust", "Robust DPO", settings=(*_SMOOTH, *_GAP)),
    Loss("exo_pair", "EXO", settings=(*_SMOOTH, *_GAP)),
    Loss("nca_pair", "NCA", settings=_WPO),
    Loss("bco_pair", "BCO", settings=_WPO),
    Loss("sppo_hard", "SPPO, hard labels", settings=_WPO),
    # These two sort a batch, after which a row's own weight belongs to another row.
    Loss("aot", "AOT", settings=_SMOOTH, without=("weight",)),
    Loss("aot_unpaired", "AOT, unpaired", settings=_SMOOTH, without=("weight",)),
    Loss("apo_zero", "APO-zero", settings=_WPO),
    Loss("apo_down", "APO-down", settings=_WPO),
    Loss("discopop", "DiscoPOP", settings=_GAP),
    Loss("sigmoid_norm", "DPO by token", settings=_GAP),
)

METHODS: dict[str, Method] = {
    method.kind: method
    for method in (
        Method(
            "dpo",
            "DPO",
            "A policy learns to prefer what people preferred, measured against its reference.",
            ("trl_preference", "score_conditioned", "rationale_pairs", "context_pairs", "aspect_pairs"),
            PAIR,
            ("weight",),
            _DPO,
        ),
        Method(
            "kto",
            "KTO",
            "A policy learns from single responses that are wanted or not; pairs are taken apart.",
            ("trl_unpaired",),
            ("prompt", "completion", "label"),
            (),
            (
                Loss("kto", "KTO"),
                Loss("apo_zero_unpaired", "APO-zero, unpaired"),
            ),
        ),
        Method(
            "cpo",
            "CPO and SimPO",
            "A policy learns from pairs without a reference model.",
            ("trl_preference",),
            PAIR,
            (),
            (
                Loss("simpo", "SimPO", settings=("simpo_gamma", "label_smoothing")),
                Loss("sigmoid", "CPO", settings=("label_smoothing",)),
                Loss("hinge", "Hinge"),
                Loss("ipo", "IPO"),
            ),
        ),
        Method(
            "orpo",
            "ORPO",
            "Supervised learning of chosen responses with an odds ratio against rejected ones; no reference model.",
            ("trl_preference",),
            PAIR,
            (),
            (Loss("orpo", "ORPO"),),
        ),
        Method(
            "tpo",
            "TPO",
            "A policy learns from a reference response and a pair; no reference model.",
            ("trl_reference",),
            (*PAIR, "reference"),
            (),
            (
                Loss("sigmoid", "TPO", settings=("label_smoothing",)),
                Loss("tpo-l", "TPO by length", settings=("tpo_l_gamma", "label_smoothing")),
                Loss("hinge", "Hinge"),
                Loss("ipo", "IPO"),
            ),
        ),
        Method(
            "sft",
            "Supervised fine-tuning",
            "A policy learns to write chosen responses; the usual start before DPO.",
            ("trl_sft", "score_conditioned", "judgment_rows"),
            ("prompt", "completion"),
            (),
            (Loss("sft", "Cross-entropy"),),
        ),
        Method(
            "reward",
            "Reward model",
            "A model learns to score responses as people compared them.",
            ("trl_reward", "aspect_pairs", "span_rewards"),
            PAIR,
            ("margin", "weight"),
            (
                Loss("bradley_terry", "Bradley–Terry, with margins where the export has them", settings=_CENTRED),
                Loss("scaled", "Bradley–Terry scaled by strength", ("margin",), _CENTRED, own=True),
                Loss("soft_label", "Bradley–Terry on soft labels", ("soft_label",), _CENTRED, own=True),
                Loss("smooth", "Bradley–Terry with label smoothing", settings=(*_SMOOTH, *_CENTRED), own=True),
                Loss("davidson", "Davidson, with ties", ("tie",), _CENTRED, own=True),
                Loss("aspect_heads", "One head for each aspect", ("aspect",), _CENTRED, own=True),
                Loss(
                    "span_heads",
                    "One head for each category of marks",
                    ("completion", "marks"),
                    own=True,
                    without=("chosen", "rejected", "margin"),
                ),
            ),
        ),
    )
}
