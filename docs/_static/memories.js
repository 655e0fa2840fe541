/* The two gated memories, in plain JavaScript: the equations of the book's interactive page.

   Checked against the Python simulator by tests/docs/test_interactive.py. Vectors are arrays, a matrix is an array of
   rows; every function is pure. Symbols are those of the papers (arXiv 2604.25481 and arXiv 2605.10970). */
"use strict";

const gatedmem = (() => {
  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const plus = (a, scale, b) => a.map((value, i) => value + scale * b[i]);
  const largest = (a) => a.reduce((best, value) => Math.max(best, value), -Infinity);

  function softmax(scores) {
    const top = largest(scores);
    const weights = scores.map((score) => Math.exp(score - top));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  }

  // log cosh without overflow.
  const logCosh = (z) => Math.abs(z) + Math.log1p(Math.exp(-2 * Math.abs(z))) - Math.LN2;
  const xlogx = (p) => (p > 0 ? p * Math.log(p) : 0);

  // Classical Runge-Kutta: one step of length h for a state that is an object of vectors.
  function rungeKutta(field, state, h) {
    const moved = (scale, slope) =>
      Object.fromEntries(Object.keys(state).map((name) => [name, plus(state[name], scale, slope[name])]));
    const k1 = field(state);
    const k2 = field(moved(h / 2, k1));
    const k3 = field(moved(h / 2, k2));
    const k4 = field(moved(h, k3));
    return Object.fromEntries(Object.keys(state).map((name) => [name, state[name].map((value, i) =>
      value + (h / 6) * (k1[name][i] + 2 * k2[name][i] + 2 * k3[name][i] + k4[name][i]))]));
  }

  // Advance by `time` in steps no longer than `longest`.
  function advance(field, state, time, longest) {
    const steps = Math.max(1, Math.ceil(time / longest));
    for (let step = 0; step < steps; step += 1) state = rungeKutta(field, state, time / steps);
    return state;
  }

  /* Astrocyte-gated memory. Model: patterns (K rows of ±1, length N), sigma, temperature, tauX, tauP.
     State: x (N neurons) and u (K), with gains p = softmax(u): τ_p u' = f(x) - T u carries exactly the s-replicator. */
  const astrocyte = {
    start: (model, cue) => ({ x: cue.slice(), u: model.patterns.map(() => 0) }),
    activation: (model, x) => x.map((value) => Math.tanh(model.sigma * value)),
    gains: (state) => softmax(state.u),
    scores(model, x) {
      const activation = astrocyte.activation(model, x);
      return model.patterns.map((pattern) => dot(pattern, activation) ** 2 / (2 * x.length));
    },
    field: (model) => (state) => {
      const activation = astrocyte.activation(model, state.x);
      const gains = softmax(state.u);
      const overlaps = model.patterns.map((pattern) => dot(pattern, activation));
      const size = state.x.length, count = gains.length;
      const pull = state.x.map((value, i) => -value + (count / size)
        * model.patterns.reduce((sum, pattern, mu) => sum + gains[mu] * overlaps[mu] * pattern[i], 0));
      return {
        x: pull.map((value) => value / model.tauX),
        u: overlaps.map((overlap, mu) => (overlap ** 2 / (2 * size) - model.temperature * state.u[mu]) / model.tauP),
      };
    },
    advance: (model, state, time) => advance(astrocyte.field(model), state, time,
      0.1 * Math.min(model.tauX, model.tauP, model.tauP / model.temperature)),
    // What the energy owes to the gains, at given scores: -K⟨p,f⟩ + KT⟨p,log p⟩.
    gainEnergy: (model, scores, gains) => gains.length * gains.reduce(
      (sum, p, mu) => sum - p * scores[mu] + model.temperature * xlogx(p), 0),
    energy(model, state) {
      const neurons = state.x.reduce((sum, value) =>
        sum + value * Math.tanh(model.sigma * value) - logCosh(model.sigma * value) / model.sigma, 0);
      return astrocyte.gainEnergy(model, astrocyte.scores(model, state.x), softmax(state.u)) + neurons;
    },
  };

  /* Context-gated memory, context and query clamped. Model: memories (N rows ζ), alpha, beta, gain λ, drive u,
     evidence b, tauS, tauR. State: gates s and retrieval neurons r; p = softmax(βr). */
  const context = {
    start: (model) => ({ s: model.memories.map(() => 0), r: model.memories.map(() => 0) }),
    competition: (memories) => memories.map((row, i) => memories.map((other, j) => (i === j ? 0 : dot(row, other)))),
    probabilities: (model, state) => softmax(state.r.map((value) => model.beta * value)),
    field(model) {
      const competition = context.competition(model.memories);
      return (state) => {
        const p = context.probabilities(model, state);
        return {
          s: state.s.map((value, i) => (model.drive[i] - model.alpha * dot(competition[i], state.s)
            + model.gain * p[i] - value) / model.tauS),
          r: state.r.map((value, i) => (model.gain * state.s[i] + model.evidence[i] - value) / model.tauR),
        };
      };
    },
    advance(model, state, time) {
      // The stiffest rate is at most (1 + α‖W₂‖)/τ_s + (1 + βλ)/τ_r.
      const norm = largest(context.competition(model.memories).map(
        (row) => row.reduce((sum, value) => sum + Math.abs(value), 0)));
      const rate = (1 + model.alpha * norm) / model.tauS + (1 + model.beta * model.gain) / model.tauR;
      return advance(context.field(model), state, time, 0.2 / rate);
    },
    recalled(model, state) {
      const p = context.probabilities(model, state);
      return model.memories[0].map((_, i) => model.memories.reduce((sum, row, mu) => sum + p[mu] * row[i], 0));
    },
    energy(model, state) {
      const p = context.probabilities(model, state);
      const { s, r } = state;
      const competition = context.competition(model.memories);
      const top = largest(r);
      const free = top + Math.log(r.reduce((sum, value) => sum + Math.exp(model.beta * (value - top)), 0)) / model.beta;
      return 0.5 * dot(s, s) + 0.5 * model.alpha * dot(s, competition.map((row) => dot(row, s))) - dot(model.drive, s)
        + dot(r, p) - free - model.gain * dot(s, p) - dot(model.evidence, p);
    },
  };

  return { dot, softmax, astrocyte, context };
})();
