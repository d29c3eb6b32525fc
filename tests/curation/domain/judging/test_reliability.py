"""A judge against people: goldens, scikit-learn, planted judges, and that storage and order do not matter."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, cohen_kappa_score
from sklearn.metrics import log_loss as peer_log_loss

from curation.domain.judging.calibration import (
    Calibration,
    brier,
    expected_calibration_error,
    fit_pair_calibration,
    fit_platt,
    log_loss,
    out_of_fold,
    reliability_curve,
)
from curation.domain.judging.logistic import fit_logistic, model_covariance, sigmoid
from curation.domain.judging.reliability import (
    Reliability,
    cluster_bootstrap,
    cohen_kappa,
    confusion,
    gwet_ac1,
    half_credit,
    may_label,
    reliability,
)

Floats = npt.NDArray[np.float64]


def judged(seed: int, n: int = 400, *, sharpness: float = 1.0) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Logits of a judge, people's preferences drawn from σ(sharpness · logit), and prompt groups of two pairs."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(0, 2, size=n)
    people = np.where(rng.random(n) < sigmoid(sharpness * logit), 1.0, -1.0)
    return logit, people, np.arange(n) // 2


def report_of(right: int, wrong: int, undecided: int) -> Reliability:
    judge = np.r_[np.ones(right), -np.ones(wrong), np.zeros(undecided)]
    return reliability(judge, judge, np.ones(judge.size), np.arange(judge.size))


def test_contradictions_and_ties_count_half() -> None:
    assert half_credit(np.array([1.0, -1, 0, -1]), np.array([1.0, 1, 1, -1])).tolist() == [1, 0, 0.5, 1]
    report = report_of(120, 40, 60)
    assert (report.n, report.accuracy.rate, report.undecided) == (220, 150 / 220, 60)
    # Wilson's bounds, written out with 150 successes of 220.
    z, n, share = 1.959963984540054, 220, 150 / 220
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    assert (report.accuracy.low, report.accuracy.high) == pytest.approx((centre - half, centre + half))


def test_scores_agree_with_scikit_learn() -> None:
    logit, people, _ = judged(0)
    y, p = (people > 0).astype(int), sigmoid(logit)
    towards = logit * people
    assert brier(towards) == pytest.approx(brier_score_loss(y, p), abs=1e-12)
    assert log_loss(towards) == pytest.approx(peer_log_loss(y, p), abs=1e-12)
    assert log_loss(np.array([-800.0])) == 800.0


@pytest.mark.parametrize("seed", range(3))
def test_platt_is_an_unpenalised_logistic_regression(seed: int) -> None:
    logit, people, _ = judged(seed, sharpness=0.5)
    peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(logit[:, None], people > 0)
    ours = fit_platt(logit, (people > 0).astype(float))
    assert (ours.slope, ours.intercept) == pytest.approx((peer.coef_[0, 0], peer.intercept_[0]), abs=1e-5)
    assert abs(ours.slope - 0.5) < 0.15


def test_pairs_are_calibrated_through_the_origin() -> None:
    logit, people, _ = judged(4, sharpness=0.5)
    both = np.r_[logit, -logit], np.r_[people > 0, people < 0]
    peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(both[0][:, None], both[1])
    ours = fit_pair_calibration(logit * people)
    assert ours.slope == pytest.approx(peer.coef_[0, 0], abs=1e-5)
    assert ours.intercept == 0
    assert Calibration(2.0, 1.0)(np.array([3.0, np.nan])).tolist()[0] == 7.0


def test_a_perfect_judge_has_a_finite_calibration() -> None:
    slope = fit_pair_calibration(np.linspace(0.5, 3, 200)).slope
    assert 1 < slope < 20
    separated = fit_platt(np.linspace(-3, 3, 50), (np.linspace(-3, 3, 50) > 0).astype(float))
    assert 1 < separated.slope < 50
    one_sided = fit_platt(np.linspace(-3, 3, 50), np.ones(50))
    assert np.isfinite([one_sided.slope, one_sided.intercept]).all()


def test_a_fit_stands_where_its_gradient_is_zero_and_covers() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(500, 3))
    t = rng.random(500)
    fit = fit_logistic(x, t, l2=2.0)
    gradient = x.T @ (sigmoid(x @ fit.coefficients) - t) + 2.0 * fit.coefficients
    assert fit.converged
    assert np.abs(gradient).max() < 1e-6
    labels = (rng.random(500) < sigmoid(x @ np.array([1.0, 0.0, -0.5]))).astype(float)
    true = fit_logistic(x, labels)
    # Both covariances estimate the same thing when the model holds.
    np.testing.assert_allclose(true.covariance, model_covariance(x, true), atol=0.004)
    with pytest.raises(ValueError, match="leave failed rows out"):
        fit_logistic(np.array([[np.nan]]), np.array([1.0]))
    with pytest.raises(ValueError, match="one target a row"):
        fit_logistic(np.ones((2, 1)), np.ones(3))


def test_calibration_error_by_hand() -> None:
    # Sure of all, right on three of four: ECE is 1 − 3/4 in whichever bins the equal confidences fall.
    towards = np.array([40.0, 40, 40, -40] * 25)
    assert expected_calibration_error(towards) == pytest.approx(0.25)
    assert [point.n for point in reliability_curve(towards)] == [7] * 10 + [6] * 5
    two = np.r_[np.zeros(30), np.full(30, 40.0)]
    points = reliability_curve(two, bins=2)
    assert [(point.confidence, point.accuracy, point.n) for point in points] == [(0.5, 0.5, 30), (1.0, 1.0, 30)]
    logit, people, _ = judged(5, n=6000)
    assert expected_calibration_error(logit * people) < 0.03
    assert expected_calibration_error(3 * logit * people) > 0.08


def test_calibrating_out_of_fold_mends_an_overconfident_judge() -> None:
    logit, people, groups = judged(6, n=2000)
    report = reliability(np.sign(logit), 3 * logit, people, groups)
    assert report.raw is not None
    assert report.calibrated is not None
    assert report.calibration is not None
    assert abs(report.calibration.slope - 1 / 3) < 0.05
    assert report.calibrated.calibration_error < 0.05 < 0.08 < report.raw.calibration_error
    assert report.calibrated.log_loss < report.raw.log_loss
    assert out_of_fold(logit, np.zeros(2000)) is None


def test_a_fold_never_sees_its_own_groups() -> None:
    logit, people, groups = judged(7, n=100)
    towards = logit * people
    held = out_of_fold(towards, groups)
    # Changing one group's outcome changes other groups' calibration, never its own by its own label alone.
    changed = towards.copy()
    changed[groups == 3] *= -1
    after = out_of_fold(changed, groups)
    assert held is not None
    assert after is not None
    np.testing.assert_allclose(after[groups == 3], -held[groups == 3])
    assert (after[groups != 3] != held[groups != 3]).any()


def test_agreement_by_kappa_and_ac1() -> None:
    paradox = np.array([[90.0, 5], [5, 0]])
    assert cohen_kappa(paradox) == pytest.approx(-0.0526, abs=5e-5)
    assert gwet_ac1(paradox) == pytest.approx(0.8895, abs=5e-5)
    rng = np.random.default_rng(8)
    people = rng.integers(-1, 2, size=300).astype(float)
    judge = np.where(rng.random(300) < 0.6, people, rng.integers(-1, 2, size=300))
    # scikit-learn knows no sides, so it is given every pair from both.
    peer = cohen_kappa_score(np.r_[people, -people], np.r_[judge, -judge])
    assert cohen_kappa(confusion(judge, people)) == pytest.approx(peer, abs=1e-12)
    assert cohen_kappa(np.zeros((3, 3))) is None
    assert gwet_ac1(np.zeros((3, 3))) is None
    assert cohen_kappa(np.array([[5.0, 0], [0, 0]])) is None


def test_slices_have_their_own_intervals() -> None:
    judge = np.r_[np.ones(30), -np.ones(10), np.zeros(5)]
    people = np.r_[np.ones(40), np.zeros(5)]
    slices = {"code": np.arange(45) < 20, "chat": np.arange(45) >= 20, "poetry": np.zeros(45, dtype=bool)}
    report = reliability(judge, judge, people, np.arange(45), slices=slices)
    assert (report.n, report.gold_ties) == (40, 5)
    assert (report.slices["code"].rate, report.slices["code"].n) == (1.0, 20)
    assert (report.slices["chat"].rate, report.slices["chat"].n) == (0.5, 20)
    assert report.slices["poetry"].rate is None


def test_pairs_of_one_prompt_make_the_interval_wider() -> None:
    rng = np.random.default_rng(9)
    group = np.repeat(np.arange(40), 10)
    values = np.repeat((rng.random(40) < 0.7).astype(float), 10)
    together, apart = cluster_bootstrap(values, group), cluster_bootstrap(values, np.arange(400))
    assert together.low is not None
    assert together.high is not None
    assert apart.low is not None
    assert apart.high is not None
    assert together.high - together.low > 2 * (apart.high - apart.low)
    assert cluster_bootstrap(np.empty(0), np.empty(0)).rate is None


def test_who_may_label() -> None:
    allowed, sentence = may_label(report_of(150, 50, 0))
    assert allowed
    assert sentence.startswith("This judge is right on 75.0% of 200 gold pairs")
    few, why = may_label(report_of(199, 0, 0))
    assert not few
    assert why.endswith("this judge was tested on 199, so it may draft only.")
    weak, why = may_label(report_of(140, 60, 0))
    assert not weak
    assert "surely 63.3%" in why
    always_first, _ = may_label(report_of(0, 0, 5000))
    assert not always_first


def test_without_gold_nothing_is_known() -> None:
    report = reliability(np.ones(3), np.ones(3), np.zeros(3), np.arange(3))
    assert (report.n, report.gold_ties, report.accuracy.rate, report.raw, report.calibrated) == (0, 3, None, None, None)
    assert not may_label(report)[0]
    with pytest.raises(ValueError, match="leave failed pairs out"):
        reliability(np.ones(1), np.array([np.nan]), np.ones(1), np.arange(1))
    with pytest.raises(ValueError, match="one length"):
        reliability(np.ones(2), np.ones(1), np.ones(1), np.arange(1))


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_storage_and_order_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    logit = np.round(rng.normal(0, 2, size=n), 1)
    judge = np.where(rng.random(n) < 0.2, 0.0, np.sign(logit))
    people = rng.integers(-1, 2, size=n).astype(float)
    groups = rng.integers(0, 20, size=n)
    inside = rng.random(n) < 0.5
    before = reliability(judge, logit, people, groups, slices={"half": inside})
    side, order = rng.choice([-1.0, 1.0], size=n), rng.permutation(n)
    turned = reliability(judge * side, logit * side, people * side, groups, slices={"half": inside})
    assert turned == before
    moved = reliability(judge[order], logit[order], people[order], groups[order], slices={"half": inside[order]})
    assert (moved.accuracy, moved.kappa, moved.ac1, moved.slices) == (
        before.accuracy,
        before.kappa,
        before.ac1,
        before.slices,
    )
    assert moved.clustered == pytest.approx(before.clustered)
    if before.raw is not None:
        assert moved.raw is not None
        assert moved.raw.brier == pytest.approx(before.raw.brier)
        assert moved.raw.calibration_error == pytest.approx(before.raw.calibration_error)
        assert 0 <= before.raw.calibration_error <= 1
