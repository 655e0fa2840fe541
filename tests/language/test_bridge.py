"""The additive score and the ledger's statements on it, on memories made for the purpose."""

import numpy as np
import pytest

from gatedmem.numerics.language import bridge, feedback, steering

EPSILON = 1e-6


@pytest.fixture
def case():
    """40 memories in R^8, three of them labels that share a direction no query points in; the others are larger.

    30 queries stand near one of the labels; the context is the shared direction.
    """
    rng = np.random.default_rng(5)
    ids = np.array([3, 11, 20])
    memories = 2 * rng.normal(size=(40, 8))
    memories[:, 0] = 0.0
    memories[ids] *= 0.5
    memories[ids, 0] = 4.0
    labels = rng.integers(0, 3, 30)
    states = memories[ids[labels]] + 0.4 * rng.normal(size=(30, 8))
    states[:, 0] = 0.0
    return memories, ids, labels, states, np.eye(8)[0]


def test_a_context_towards_the_labels_recovers_what_the_vocabulary_hides(case):
    memories, ids, labels, states, context = case
    halves = np.arange(15), np.arange(15, 30)
    gains = (0.0, 0.2, 0.5, 1.0, 2.0)
    found = bridge.additive_recovery(memories, states, states + context, context, labels, ids, halves, gains, EPSILON)
    assert found.curves[0].tolist() == list(found.zero)
    assert found.added[1] > found.zero[1] + 0.1
    assert found.chosen[1] > 0
    against = bridge.additive_recovery(memories, states, states, -context, labels, ids, halves, gains, EPSILON)
    assert against.added[1] == against.zero[1] == against.curves[0, 1]


def test_lambda_is_chosen_without_looking_at_the_test_half(case):
    memories, ids, labels, states, context = case
    halves = np.arange(15), np.arange(15, 30)
    swapped = labels.copy()
    swapped[15:] = (labels[15:] + 1) % 3
    options = (states + context, context)
    gains = (0.0, 0.5, 2.0)
    one = bridge.additive_recovery(memories, states, *options, labels, ids, halves, gains, EPSILON)
    two = bridge.additive_recovery(memories, states, *options, swapped, ids, halves, gains, EPSILON)
    assert one.chosen == two.chosen
    assert one.added != two.added


def test_the_spread_never_passes_its_bound_and_a_wrong_bound_would(case):
    memories, ids, _, states, _ = case
    spread = bridge.decoded_spread(memories, states * np.linspace(0, 9, 30)[:, None], ids, EPSILON)
    assert np.all(spread.effective <= spread.bound * (1 + 1e-12))
    assert np.all((spread.effective >= 1) & (spread.effective <= 40))
    without_entropy = np.exp((1 - spread.off_mass) * np.log(3) + spread.off_mass * np.log(37))
    # The first query is zero: the decoded law is uniform, and the bound is attained.
    assert spread.effective[0] == pytest.approx(spread.bound[0])
    assert spread.effective[0] > without_entropy[0]


def test_log_odds_are_linear_and_the_largest_gate_never_loses(case):
    memories, ids, labels, states, context = case
    scores = bridge.Scores.of(memories, states, context, EPSILON).restricted(ids)
    check = bridge.log_odds_check(scores, labels, (0.0, 0.3, 1.0, 4.0))
    assert check.departure < 1e-12
    assert check.largest_gate > 0
    assert check.lost == 0
    # With evidence that itself moves with λ the odds are no line: what the check would see.
    bent = bridge.Scores(scores.evidence, np.exp(scores.gate))
    shifted = bridge.Scores(scores.evidence, scores.gate)
    assert not np.allclose(bent.at(1.0), shifted.at(1.0))


def test_the_probability_bound_holds_and_is_tight_for_two(case):
    memories, ids, labels, states, context = case
    scores = bridge.Scores.of(memories, states, context, EPSILON)
    gains = (0.0, 0.5, 3.0)
    assert bridge.probability_margin(scores, ids[labels], gains) >= 0
    two = scores.restricted(ids[:2])
    kept = labels < 2
    pair = bridge.Scores(two.evidence[kept], two.gate[kept])
    assert bridge.probability_margin(pair, labels[kept], gains) == pytest.approx(0, abs=1e-12)


def test_dropping_feedback_costs_something_and_at_most_the_bound(case):
    memories, ids, _, states, context = case
    scores = bridge.Scores.of(memories, states, context, EPSILON).restricted(ids)
    costs = feedback.dropping_feedback(memories[ids], scores, (0.2, 1.0, 1.3))
    assert all(0 < cost.largest <= cost.bound for cost in costs)
    assert [cost.bound for cost in costs] == pytest.approx([0.02, 0.5, 0.845])


def test_the_exact_threshold_is_never_above_the_contraction_number(case):
    memories, ids, *_ = case
    critical, rows = feedback.regimes(memories[ids], (0.0, 0.5, 0.9), (0.5, 1.0))
    assert critical > 0
    assert all(row.exact <= row.contraction * (1 + 1e-12) for row in rows)
    assert all(row.smallest > 0 for row in rows)


def test_separability_sees_a_plane_and_not_noise():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, 80)
    apart = rng.normal(size=(80, 1, 6))
    apart[:, 0, 0] += 5 * labels
    states = np.concatenate([apart, rng.normal(size=(80, 1, 6))], axis=1)
    found = bridge.separability(states, labels, np.arange(40), np.arange(40, 80))
    assert found[0] > 0.9
    assert 0.2 < found[1] < 0.8


def test_steering_moves_the_right_token_both_ways():
    rng = np.random.default_rng(3)
    memories = rng.normal(size=(20, 6))
    memories[:, 0] = 0.0
    memories[:10, 0] = 3.0
    targets = rng.integers(0, 10, 12)
    zero = memories[targets] * np.array([0, 1, 1, 1, 1, 1])
    towards = np.eye(6)[0]
    recall = steering.Recall(zero, {"right": zero + towards, "unrelated": zero - towards}, targets)
    up = steering.steer(memories, recall, "right", (0.0, 0.5), EPSILON)
    down = steering.steer(memories, recall, "unrelated", (0.0, 0.5), EPSILON)
    assert up.log_probability[1] > up.log_probability[0] == down.log_probability[0] > down.log_probability[1]
