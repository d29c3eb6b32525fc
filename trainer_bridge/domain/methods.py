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
    """A loss of a method. `columns` are read besides the method's own; `settings` matter to it alone.

    `own` losses are computed by this application's trainers, the others by the library's.
    """

    key: str
    title: str
    columns: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    own: bool = False


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
        """Every column that a run with this loss reads."""
        return (*self.required, *self.optional, *self.loss(loss).columns)


_RATIONALE = ("rationale", "rationale_prompt")
_DYNAMIC_BETA = ("beta_dpo_rho", "beta_dpo_a", "beta_dpo_momentum")
_DPO = (
    Loss("sigmoid", "DPO"),
    Loss("cdpo", "Conservative DPO", settings=("label_smoothing",), own=True),
    Loss("soft_label", "DPO on soft labels", columns=("soft_label",), own=True),
    Loss("odpo", "DPO with an offset (ODPO)", columns=("offset",), own=True),
    Loss("mappo", "MaPPO", columns=("reward_gap",), own=True),
    Loss("beta_dpo", "DPO with dynamic β (β-DPO)", settings=_DYNAMIC_BETA, own=True),
    Loss("rationale_paper", "DPO with rationales, the paper's form", _RATIONALE, ("rationale_gamma",), own=True),
    Loss("rationale_code", "DPO with rationales, the code's form", _RATIONALE, ("rationale_gamma",), own=True),
    Loss("ipo", "IPO"),
    Loss("hinge", "Hinge (SLiC)"),
    Loss("robust", "Robust DPO", settings=("label_smoothing",)),
    Loss("exo_pair", "EXO", settings=("label_smoothing",)),
    Loss("nca_pair", "NCA"),
    Loss("bco_pair", "BCO"),
    Loss("sppo_hard", "SPPO, hard labels"),
    Loss("aot", "AOT", settings=("label_smoothing",)),
    Loss("aot_unpaired", "AOT, unpaired", settings=("label_smoothing",)),
    Loss("apo_zero", "APO-zero"),
    Loss("apo_down", "APO-down"),
    Loss("discopop", "DiscoPOP"),
    Loss("sigmoid_norm", "DPO by token"),
)  # fmt: skip

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
                Loss("kto", "KTO", settings=("desirable_weight", "undesirable_weight")),
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
                Loss("bradley_terry", "Bradley–Terry, with margins where the export has them"),
                Loss("scaled", "Bradley–Terry scaled by strength", columns=("margin",), own=True),
                Loss("soft_label", "Bradley–Terry on soft labels", columns=("soft_label",), own=True),
                Loss("smooth", "Bradley–Terry with label smoothing", settings=("label_smoothing",), own=True),
                Loss("davidson", "Davidson, with ties", columns=("tie",), own=True),
                Loss("aspect_heads", "One head for each aspect", columns=("aspect",), own=True),
                Loss("span_heads", "One head for each category of marks", columns=("marks",), own=True),
            ),
        ),
    )
}
