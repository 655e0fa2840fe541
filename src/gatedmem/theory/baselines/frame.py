"""BL5: the modular energy frame descends, and the memories of this package are instances of it.

D. Krotov, arXiv 2107.06446; D. Krotov, B. Hoover, P. Ram, B. Pham, Modern methods in associative memory (2025). Layer
ℓ has a state y_ℓ, a convex Lagrangian 𝓛_ℓ, the activation ŷ_ℓ = ∇𝓛_ℓ(y_ℓ) and moves by τ_ℓẏ_ℓ = -y_ℓ - ∂E_h/∂ŷ_ℓ.
"""

from __future__ import annotations

from typing import Any

from sympy import IndexedBase

from gatedmem.theory.astrocyte import lift
from gatedmem.theory.astrocyte import model as astrocyte
from gatedmem.theory.baselines import hopfield, modern
from gatedmem.theory.baselines import neuron_astrocyte as tripartite
from gatedmem.theory.context import definitions as context
from gatedmem.theory.context import energy as layers
from gatedmem.theory.derivation import Combination, Derivation
from gatedmem.theory.indexed import (
    FlowDerivative,
    Index,
    Partial,
    eq,
    ge,
    matrix,
    positive,
    put,
    real,
    size,
    total,
    vector,
)
from gatedmem.theory.printing import notation
from gatedmem.theory.softmax.definitions import log_partition, softmax

__all__ = ["bl5"]

count, n = size("Lambda_n"), size("n")
layer = Index("ell", count)
i, j = Index("i", n), Index("j", n)
y, y_hat, rate = (matrix(name, count, n) for name in ("y_lay", "yhat", "ydot"))
force = matrix("f_h", count, n)
hessian = IndexedBase("H_lay", shape=(count, n, n), real=True)
tau = vector("tau_lay", count, positive=True)
value, coupling = real("L_sum E_h")
first, second, first_hat, second_hat = (vector(name, n) for name in ("y_1", "y_2", "yhat_1", "yhat_2"))
low, high = real("L_1 L_2")
for _name, _tex in {
    "ell": r"\ell",
    "Lambda_n": r"\Lambda",
    "y_lay": "y",
    "yhat": r"\hat y",
    "ydot": r"\dot y",
    "f_h": r"\partial E_h",
    "H_lay": r"\nabla^2 \mathcal{L}",
    "tau_lay": r"\tau",
    "L_sum": r"\mathcal{L}",
    "y_1": "y",
    "y_2": "y'",
    "yhat_1": r"\hat y",
    "yhat_2": r"\hat y'",
    "L_1": r"\mathcal{L}(y)",
    "L_2": r"\mathcal{L}(y')",
}.items():
    notation(_name, _tex)


def bl5() -> Derivation:
    """Descent of the frame, and five memories as instances: their equations and their energies.

    Conclusions: "rate", "descent", "monotone", then for each instance its activations, its equations and its energy:
    "classical …", "modern …", "context …", "astrocyte …", "neuron-astrocyte …".

    >>> d = bl5()
    >>> d.conclusions[d.position("descent")].conclusion.op
    '≤'
    """
    d = Derivation("BL5", "The modular energy frame, and the memories that are instances of it")
    descent(d)
    classical(d)
    modern_memory(d)
    context_gated(d)
    neuron_astrocyte(d)
    astrocyte_gated(d)
    return d


def descent(d: Derivation) -> None:
    """Derive the rate of the frame's energy, and that gradients of convex functions are monotone."""
    d.say(
        r"**The frame.** Layers $\ell$ with units $i$ (narrower layers padded with idle units), "
        r"$\hat y_\ell = \nabla \mathcal{L}_\ell(y_\ell)$, and $E = \sum_\ell [\langle y_\ell, \hat y_\ell \rangle - "
        r"\mathcal{L}_\ell(y_\ell)] + E_h(\hat y)$; $\mathcal{L} = \sum_\ell \mathcal{L}_\ell$. "
        r"Where the Lagrangians are $C^2$, the chain rule moves $\hat y$ by the Hessian, $\mathcal{L}$ by "
        r"$\langle \hat y, \dot y \rangle$ and $E_h$ by $\langle \partial E_h, \dot{\hat y} \rangle$."
    )
    b = d.branch()
    motion = b.assume(
        eq(tau[layer] * rate[layer, i], -y[layer, i] - force[layer, i]),
        r"$\tau_\ell \dot y_\ell = "
        r"-\partial E/\partial \hat y_\ell$",
        rewrite=False,
    )
    moved = total(hessian[layer, i, j] * rate[layer, j], j)
    convex = total(rate[layer, i] * hessian[layer, i, j] * rate[layer, j], i, j)
    b.assume(ge(convex, 0), "the Lagrangians are convex")
    lost = total(tau[layer] * convex, layer)
    b.start(
        FlowDerivative(
            total(y[layer, i] * y_hat[layer, i], i, layer) - value + coupling,
            (y[layer, i], rate[layer, i]),
            (y_hat[layer, i], moved),
            (value, total(y_hat[layer, i] * rate[layer, i], i, layer)),
            (coupling, total(force[layer, i] * moved, i, layer)),
        ),
        "the energy along a solution",
    )
    b.equal(
        total((y[layer, i] + force[layer, i]) * moved, i, layer),
        r"the slope of the layer's Legendre transform in $\hat y$ is $y$",
    )
    b.equal(-lost, "the flow", using=[Combination(moved, motion, over=(i, layer))])
    b.conclude(text="rate")
    d.discharge(b, "rate", "rate")
    b.start(-lost, "so")
    b.at_most(0, "convexity", slack=lost)
    b.conclude(text="descent")
    d.discharge(b, "descent", "descent")

    m = d.branch(
        r"**Without second derivatives.** Two states of a layer; a convex Lagrangian lies above its tangents:"
    )
    gap = total(first_hat[i] * (second[i] - first[i]), i)
    back = total(second_hat[i] * (first[i] - second[i]), i)
    m.assume(ge(high - low - gap, 0), "at $y$")
    m.assume(ge(low - high - back, 0), "at $y'$")
    m.claim(
        ge(total((second_hat[i] - first_hat[i]) * (second[i] - first[i]), i), 0),
        "add the two",
        slack=[high - low - gap, low - high - back],
        label="monotone",
    )
    d.discharge(m, "monotone", "monotone")
    d.say(
        r"With locally Lipschitz gradients $\hat y$ and $E$ are locally Lipschitz in $t$; where they are "
        r"differentiable (almost everywhere) the chain rule gives $\dot E = -\sum_\ell \tau_\ell \langle \dot "
        r"y_\ell, "
        r"\dot{\hat y}_\ell \rangle$, and monotony gives $\langle \dot y, \dot{\hat y} \rangle \ge 0$."
    )


z = vector("z", astrocyte.N)


def classical(d: Derivation) -> None:
    """Derive BL1 as a frame of one layer."""
    a = astrocyte
    W = hopfield.W
    d.say(r"**Classical.** One layer, $\mathcal{L} = \sum_i \Lambda(x_i)$, $E_h(z) = -\tfrac12 z^{\mathsf T} W z$.")
    d.symmetric(W, "symmetric weights")
    lagrangian = a.over_neurons(lambda i: a.Lagrangian(a.x[i]))
    d.start(Partial(lagrangian, a.x[a.k]), "the activation")
    d.equal(a.phi(a.x[a.k]), r"$\Lambda' = \varphi$")
    d.conclude(text="classical activation")
    meeting = -total(z[a.i] * W[a.i, a.j] * z[a.j], a.i, a.j) / 2
    d.start(Partial(meeting, z[a.k]), "the slope of the interaction")
    d.equal(-total(W[a.k, a.j] * z[a.j], a.j), "symmetric weights")
    d.conclude(text="classical slope")
    here = {z[a.i]: a.phi(a.x[a.i])}
    d.start(-a.x[a.k] + put(total(W[a.k, a.j] * z[a.j], a.j), here), "the frame moves a neuron by")
    d.equal(hopfield.tau * hopfield.velocity(a.k), "the graded network")
    d.conclude(text="classical equation")
    layer_energy = total(a.x[a.i] * a.phi(a.x[a.i]), a.i) - lagrangian
    d.start(layer_energy + put(meeting, here), "the energy of the frame")
    d.equal(hopfield.energy(), "that of BL1")
    d.conclude(text="classical energy")


def modern_memory(d: Derivation) -> None:
    """Derive BL2 as a frame of one layer whose unit Euler step is the update."""
    o = modern
    d.say(
        r"**Modern.** One layer, $\mathcal{L} = \tfrac12 \lVert \xi \rVert^2$ (so $\hat \xi = \xi$), "
        r"$E_h(\hat \xi) = -\tfrac1\beta \log \sum_\mu e^{\beta \langle \zeta^\mu, \hat \xi \rangle}$."
    )
    state = vector("xi_vec", o.d)
    notation("xi_vec", r"\xi")

    def entry(index: Index) -> Any:
        return state[index]

    lagrangian = total(state[o.a] ** 2, o.a) / 2
    meeting = -log_partition(o.beta * total(o.zeta[o.a, o.i] * state[o.a], o.a), o.i) / o.beta
    b = Index("b", o.d)
    d.start(Partial(lagrangian, state[b]), "the activation")
    d.equal(state[b], "the identity")
    d.conclude(text="modern activation")
    d.start(-state[b] - Partial(meeting, state[b]), r"the frame moves the state by")
    d.equal(o.update(entry, b) - state[b], r"$\xi' - \xi$: the update is its Euler step of length $\tau$")
    d.conclude(text="modern equation")
    d.start(total(state[o.a] * state[o.a], o.a) - lagrangian + meeting, "the energy of the frame")
    d.equal(o.energy(entry), "that of BL2")
    d.conclude(text="modern energy")


def context_gated(d: Derivation) -> None:
    """Derive the four-layer context-gated memory (CG1, CG2) as a frame."""
    c = d.branch(
        r"**Context-gated.** Layers $c$, $s$, $q$ with $\mathcal{L} = \tfrac12 \lVert \cdot \rVert^2$, and $r$ with "
        r"$\mathcal{L}_r = \tfrac1\beta \log \sum_i e^{\beta r_i}$; the interaction is the sum of the four "
        r"hypersynapse energies."
    )
    r_hat = layers.active
    lagrangian = log_partition(context.beta * layers.r[context.i], context.i) / context.beta
    activation = softmax(context.beta * layers.r[context.i], context.i)
    c.start(Partial(lagrangian, layers.r[context.i]), "the activation of the retrieval layer")
    c.equal(activation, "SM6")
    c.conclude(text="context activation")
    mixed = layers.interaction(r_hat[context.i])
    for state, name, current in (
        (layers.c[layers.e], "context equation", layers.context_current()),
        (layers.s[context.i], "gate equation", layers.gate_current()),
        (layers.q[layers.a], "query equation", layers.query_current()),
    ):
        c.start(-state - Partial(mixed, state), "the frame moves this layer by")
        c.equal(current, "the model's current (CG1)")
        c.conclude(text=name)
        d.discharge(c, name, name)
    c.start(-layers.r[context.i] - Partial(mixed, r_hat[context.i]), "and the retrieval layer by")
    c.equal(layers.retrieval_current(), "the model's current")
    c.conclude(text="retrieval equation")
    legendre = [
        total(state**2, index) - total(state**2, index) / 2
        for state, index in (
            (layers.c[layers.e], layers.e),
            (layers.s[context.i], context.i),
            (layers.q[layers.a], layers.a),
        )
    ]
    retrieval = total(layers.r[context.i] * activation, context.i) - lagrangian
    c.start(sum(legendre) + retrieval + layers.interaction(activation), "the energy of the frame")
    c.equal(layers.layers() + layers.interaction(activation), "that of CG2")
    c.conclude(text="context energy")
    for name in ("context activation", "retrieval equation", "context energy"):
        d.discharge(c, name, name)


hat_x = vector("xhat", astrocyte.N)
hat_s, hat_p = matrix("shat", astrocyte.N, astrocyte.N), matrix("phat", astrocyte.N, astrocyte.N)
sym_s, sym_p = matrix("s_sym", astrocyte.N, astrocyte.N), matrix("p_sym", astrocyte.N, astrocyte.N)
leak_n, leak_s, leak_p = positive("gamma_n gamma_s gamma_p")
for _name, _tex in {
    "xhat": r"\hat x",
    "shat": r"\hat s",
    "phat": r"\hat p",
    "s_sym": "s",
    "p_sym": "p",
}.items():
    notation(_name, _tex)


def neuron_astrocyte(d: Derivation) -> None:
    """Derive BL4's memory, for γ > 0 and on symmetric states, as a frame of three layers."""
    t = tripartite
    d.symmetric(sym_s, "symmetric synapses")
    d.symmetric(sym_p, "symmetric processes")
    b = d.branch(
        r"**Neuron-astrocyte**, $\gamma > 0$. Layers $x$, $s$, $p$ with $\gamma_n L_n$, $\tfrac12 \gamma_s L_s$, "
        r"$\tfrac12 \gamma_p L_p$: activations $\hat x = \gamma_n \varphi$, $\hat s = \tfrac12 \gamma_s g$, "
        r"$\hat p = \tfrac12 \gamma_p \psi$, and time constants $\tau/\gamma$. On symmetric states:"
    )
    i, j, k, l = t.PLACES[:4]  # noqa: E741
    phi, g, psi = t.SMOOTH.phi, t.SMOOTH.g, t.SMOOTH.psi
    major = b.assume(eq(t.T[i, j, k, l], t.T[k, l, i, j]), "$T_{ijkl} = T_{klij}$", rewrite=False)
    leaks = {t.gamma_n: leak_n, t.gamma_s: leak_s, t.gamma_p: leak_p}
    meeting = t.interaction(
        astrocyte.Family(lambda i: hat_x[i] / leak_n),
        astrocyte.Family(lambda ij: 2 * hat_s[ij] / leak_s),
        astrocyte.Family(lambda ij: 2 * hat_p[ij] / leak_p),
    )
    here = {
        hat_x[i]: leak_n * phi[1](astrocyte.x[i]),
        hat_s[i, j]: leak_s * g[1](sym_s[i, j]) / 2,
        hat_p[i, j]: leak_p * psi[1](sym_p[i, j]) / 2,
    }
    point = t.Point(s=sym_s, p=sym_p)
    e, o = i, j
    x_slope = -t.b[e] / leak_n - total(hat_x[j] * (hat_s[e, j] + hat_s[j, e]), j) / (leak_n**2 * leak_s)
    s_slope = -t.c[e, o] / leak_s - hat_x[e] * hat_x[o] / (leak_n**2 * leak_s) - 2 * hat_p[e, o] / (leak_s * leak_p)
    p_slope = (
        -t.d_[e, o] / leak_p
        - 2 * hat_s[e, o] / (leak_s * leak_p)
        - 2 * total(t.T[e, o, k, l] * hat_p[k, l], k, l) / leak_p**2
    )
    for name, variable, slope, velocity, time, using in (
        ("neuron", hat_x[e], x_slope, t.velocity_x(e, point), t.tau_n / leak_n, []),
        ("synapse", hat_s[e, o], s_slope, t.velocity_s(e, o, point), t.tau_s / leak_s, []),
        ("process", hat_p[e, o], p_slope, t.velocity_p(e, o, point), t.tau_p / leak_p, [major]),
    ):
        b.start(Partial(meeting, variable), f"the slope of the interaction in a {name}")
        b.equal(
            slope,
            "differentiate" if not using else "$T_{ijkl} = T_{klij}$",
            using=[Combination(hat_p[k, l] / leak_p**2, known, over=(k, l)) for known in using],
        )
        b.conclude()
        state = {"neuron": astrocyte.x[e], "synapse": sym_s[e, o], "process": sym_p[e, o]}[name]
        b.start(-state - put(slope, here), f"the frame moves a {name} by")
        b.equal(time * put(velocity, leaks), r"the model's equation over $\gamma$")
        b.conclude(text=f"neuron-astrocyte {name}")
        d.discharge(b, f"neuron-astrocyte {name}", f"neuron-astrocyte {name}")
    legendre = (
        leak_n * total(astrocyte.x[i] * phi[1](astrocyte.x[i]) - phi[0](astrocyte.x[i]), i)
        + leak_s * total(sym_s[i, j] * g[1](sym_s[i, j]) - g[0](sym_s[i, j]), i, j) / 2
        + leak_p * total(sym_p[i, j] * psi[1](sym_p[i, j]) - psi[0](sym_p[i, j]), i, j) / 2
    )
    b.start(legendre + put(meeting, here), "the energy of the frame")
    b.equal(put(put(t.energy(), leaks), {t.s[i, j]: sym_s[i, j], t.p[i, j]: sym_p[i, j]}), "that of BL4")
    b.conclude(text="neuron-astrocyte energy")
    d.discharge(b, "neuron-astrocyte energy", "neuron-astrocyte energy")


def astrocyte_gated(d: Derivation) -> None:
    """Derive the astrocyte-gated memory as a frame, in its lift (AG28)."""
    d.say(r"**Astrocyte-gated**, in the lift $p = \operatorname{softmax}(u)$ (AG28).")
    d.define(astrocyte.p[astrocyte.mu], astrocyte.gate(astrocyte.mu), "the gains")
    astrocyte.introduce(d, "m", "udot", "xdot")
    lift.frame(d)
