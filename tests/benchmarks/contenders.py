"""The contenders of the speed benchmark, each run in a process of its own (see ``speed.py``).

Every contender solves the same trajectories of the astrocyte-gated memory, observed at the same times. None is
handicapped: those that integrate the flow use its lifted form with overlaps; the plain loop and its batched form are
written the way the papers' code is, with W(p) formed at each of Euler's steps. Nothing of this package is imported by
contenders other than ``ours``, so that they may run in another environment.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np

TIMES = np.array([0.0, 0.5, 1.0, 2.0, 5.0, 10.0])
STIFF_TIMES = np.array([0.0, 0.001, 0.003, 0.01, 0.05, 10.0])  # later all is settled, whatever the scheme
STIFF = 0.01  # τ_p below it
TEMPERATURE = 0.01
# Trajectories, the first ones, over which errors are compared; a contender that solves fewer is compared over those.
COMPARED = 64


def observed(tau_p: float) -> Any:
    """When the states are compared."""
    return STIFF_TIMES if tau_p < STIFF else TIMES


class Ours:
    """This package, in single or double precision."""

    ladder = tuple((("single", tol),) for tol in (0.2, 0.1, 0.07, 0.05, 0.03, 0.02, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4))
    ladder += tuple(
        (("single", tol), ("double", tol)) for tol in (6e-5, 4e-5, 3e-5, 2e-5, 1e-5, 6e-6, 3e-6, 1e-6, 3e-7, 1e-7)
    )

    def prepare(self, patterns: Any, cues: Any, tau_p: float) -> None:
        self.times = observed(tau_p)
        from gatedmem.numerics.simulate import simulate_astrocyte

        self.simulate, self.given, self.tau_p = simulate_astrocyte, (patterns, cues), tau_p

    def solve(self, setting: Any) -> Any:
        precision, tolerance = setting
        run = self.simulate(
            *self.given,
            tau_p=self.tau_p,
            times=self.times,
            path=True,
            precision=precision,
            tolerance=tolerance,
            rest=0.0,
            observe=False,
        )
        return run.path_x, run.path_gains, float(run.evaluations.mean())


class PlainEuler:
    """Explicit Euler, one trial after the other, W(p) formed at every step."""

    ladder = ((None,),)

    def prepare(self, patterns: Any, cues: Any, tau_p: float) -> None:
        self.times = observed(tau_p)
        self.patterns, self.cues, self.tau_p = patterns, cues, tau_p
        self.dt = 0.05 * tau_p if tau_p < STIFF else 1e-3

    def solve(self, _: Any) -> Any:
        paths = [self.one(xi.T.copy(), cue) for xi, cue in zip(self.patterns, self.cues, strict=True)]
        return np.array([p[0] for p in paths]), np.array([p[1] for p in paths]), self.times[-1] / self.dt

    def one(self, xi: Any, cue: Any) -> Any:
        (n, k), dt = xi.shape, self.dt
        x, p = cue.copy(), np.full(k, 1.0 / k)
        xs, ps, stops = [], [], set(np.rint(self.times / dt).astype(int).tolist())
        for step in range(round(self.times[-1] / dt) + 1):
            if step in stops:
                xs.append(x)
                ps.append(p)
            phi = np.tanh(x)
            weights = (k / n) * (xi * p) @ xi.T
            fitness = (xi.T @ phi) ** 2 / (2 * n) - TEMPERATURE * np.log(np.maximum(p, 1e-300))
            x = x + dt * (weights @ phi - x)
            p = p + dt / self.tau_p * p * (fitness - p @ fitness)
        return xs, ps


class BatchedEuler(PlainEuler):
    """The same with all trials advanced together."""

    def solve(self, _: Any) -> Any:
        xi, dt = np.ascontiguousarray(self.patterns.swapaxes(1, 2)), self.dt
        _, n, k = xi.shape
        x, p = self.cues.copy(), np.full((len(xi), k), 1.0 / k)
        xs, ps, stops = [], [], set(np.rint(self.times / dt).astype(int).tolist())
        for step in range(round(self.times[-1] / dt) + 1):
            if step in stops:
                xs.append(x)
                ps.append(p)
            phi = np.tanh(x)
            weights = (k / n) * (xi * p[:, None]) @ xi.swapaxes(1, 2)
            fitness = (phi[:, None] @ xi)[:, 0] ** 2 / (2 * n) - TEMPERATURE * np.log(np.maximum(p, 1e-300))
            x = x + dt * ((weights @ phi[..., None])[..., 0] - x)
            p = p + dt / self.tau_p * p * (fitness - (p * fitness).sum(-1, keepdims=True))
        return np.stack(xs, 1), np.stack(ps, 1), self.times[-1] / dt


class Scipy:
    """``solve_ivp`` in lifted coordinates, one trial after the other."""

    ladder = tuple(
        tuple((method, tol) for method in ("RK23", "RK45", "DOP853", "LSODA"))
        for tol in (3e-2, 1e-2, 3e-3, 1e-3, 1e-4, 1e-5, 1e-6, 3e-7, 1e-7, 1e-8)
    )

    def prepare(self, patterns: Any, cues: Any, tau_p: float) -> None:
        self.times = observed(tau_p)
        self.patterns, self.cues, self.tau_p = patterns, cues, tau_p

    def solve(self, setting: Any) -> Any:
        from scipy.integrate import solve_ivp

        method, tol = setting
        xs, ps, calls = [], [], 0
        for xi, cue in zip(self.patterns, self.cues, strict=True):
            k, n = xi.shape

            def velocity(_: float, y: Any, xi: Any = xi, n: int = n, k: int = k) -> Any:
                phi, u = np.tanh(y[:n]), y[n:]
                m = xi @ phi
                e = np.exp(u - u.max())
                return np.concatenate(
                    [(k / n / e.sum()) * ((e * m) @ xi) - y[:n], (m * m / (2 * n) - TEMPERATURE * u) / self.tau_p]
                )

            found = solve_ivp(
                velocity,
                (0, self.times[-1]),
                np.concatenate([cue, np.zeros(k)]),
                method,
                self.times,
                rtol=tol,
                atol=tol,
            )
            u = found.y[n:].T
            e = np.exp(u - u.max(axis=1, keepdims=True))
            xs.append(found.y[:n].T)
            ps.append(e / e.sum(axis=1, keepdims=True))
            calls += found.nfev
        return np.array(xs), np.array(ps), calls / len(xs)


class Diffrax:
    """diffrax: Tsit5 with its step controller, vmapped over trials and compiled, in single or double precision."""

    ladder = tuple(((32, tol), (64, tol)) for tol in (3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 1e-5, 3e-6)) + tuple(
        ((64, tol),) for tol in (1e-6, 3e-7, 1e-7, 1e-8)
    )

    def prepare(self, patterns: Any, cues: Any, tau_p: float) -> None:
        self.times = observed(tau_p)
        import diffrax
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        _, k, n = patterns.shape
        self.given, self.compiled, times = (patterns, cues), {}, self.times

        def make(bits: int) -> Any:
            kind = jnp.float32 if bits == 32 else jnp.float64

            def velocity(_: Any, y: Any, xi: Any) -> Any:
                x, u = y
                phi = jnp.tanh(x)
                m = xi @ phi
                p = jax.nn.softmax(u)
                return (k / n) * ((p * m) @ xi) - x, (m * m / (2 * n) - TEMPERATURE * u) / tau_p

            def one(xi: Any, cue: Any, tol: Any) -> Any:
                found = diffrax.diffeqsolve(
                    diffrax.ODETerm(velocity),
                    diffrax.Tsit5(),
                    0.0,
                    times[-1],
                    None,
                    (cue, jnp.zeros(k, kind)),
                    xi,
                    saveat=diffrax.SaveAt(ts=jnp.asarray(times)),
                    stepsize_controller=diffrax.PIDController(rtol=tol, atol=tol),
                    max_steps=1_000_000,
                )
                return found.ys[0], jax.nn.softmax(found.ys[1]), found.stats["num_steps"]

            return jax.jit(jax.vmap(one, in_axes=(0, 0, None)))

        self.make = make

    def solve(self, setting: Any) -> Any:
        bits, tol = setting
        if bits not in self.compiled:
            self.compiled[bits] = self.make(bits)
        kind = np.float32 if bits == 32 else np.float64
        x, p, steps = self.compiled[bits](self.given[0].astype(kind), self.given[1].astype(kind), tol)
        return np.asarray(x, float), np.asarray(p, float), float(6 * np.mean(steps))


class Heyoka:
    """heyoka: Taylor's method in batch mode, eight trials side by side; the patterns are run-time parameters."""

    ladder = ((1e-1,), (1e-2,), (1e-4,), (3e-5,), (1e-5,), (1e-7,))
    width = 8

    def prepare(self, patterns: Any, cues: Any, tau_p: float) -> None:
        self.times = observed(tau_p)
        import heyoka as hy

        self.patterns, self.cues = patterns, cues
        _, k, n = patterns.shape
        xs, us = hy.make_vars(*[f"x{i}" for i in range(n)]), hy.make_vars(*[f"u{i}" for i in range(k)])
        phi = [hy.tanh(x) for x in xs]
        m = [hy.sum([hy.par[mu * n + i] * phi[i] for i in range(n)]) for mu in range(k)]
        # Only differences of u matter; the first pattern, mostly the leader, keeps the exponentials small.
        e = [hy.exp(u - us[0]) for u in us]
        w = [e[mu] * m[mu] for mu in range(k)]
        factor = (k / n) / hy.sum(e)
        system = [
            (xs[i], factor * hy.sum([hy.par[mu * n + i] * w[mu] for mu in range(k)]) - xs[i]) for i in range(n)
        ] + [(us[mu], (m[mu] * m[mu] / (2.0 * n) - TEMPERATURE * us[mu]) / tau_p) for mu in range(k)]
        self.make = lambda tol: hy.taylor_adaptive_batch(
            system, np.zeros((n + k, self.width)), pars=np.zeros((n * k, self.width)), tol=tol, compact_mode=True
        )
        self.made: dict[float, Any] = {}

    def solve(self, tol: Any) -> Any:
        if tol not in self.made:
            self.made[tol] = self.make(tol)
        taylor, (trials, k, n) = self.made[tol], self.patterns.shape
        xs, ps, steps = np.empty((trials, len(self.times), n)), np.empty((trials, len(self.times), k)), []
        grid = np.repeat(self.times[:, None], self.width, axis=1)
        for first in range(0, trials, self.width):
            part = slice(first, first + self.width)
            taylor.set_time(np.zeros(self.width))
            taylor.state[:n] = self.cues[part].T
            taylor.state[n:] = 0.0
            taylor.pars[:] = self.patterns[part].reshape(self.width, -1).T
            found = taylor.propagate_grid(grid)
            values = next(v for v in (found if isinstance(found, tuple) else (found,)) if isinstance(v, np.ndarray))
            xs[part] = values[:, :n].transpose(2, 0, 1)
            u = values[:, n:].transpose(2, 0, 1)
            weights = np.exp(u - u.max(axis=-1, keepdims=True))
            ps[part] = weights / weights.sum(axis=-1, keepdims=True)
            steps += [int(result[3]) for result in taylor.propagate_res]
        # A Taylor step of order n costs about n evaluations: n ≈ 1 - log(tol)/2.
        return xs, ps, float(np.mean(steps)) * np.ceil(1.0 - np.log(tol) / 2.0)


CONTENDERS: dict[str, type] = {
    "ours": Ours,
    "plain Euler": PlainEuler,
    "batched Euler": BatchedEuler,
    "scipy": Scipy,
    "diffrax": Diffrax,
    "heyoka": Heyoka,
}
# How many of the trajectories each can be asked for in a reasonable time; always the first ones.
SHARE = {"ours": 256, "plain Euler": 1, "batched Euler": COMPARED, "scipy": 2, "diffrax": COMPARED, "heyoka": 16}
# With τ_p = 1e-3 Euler's scheme needs 200,000 steps.
STIFF_SHARE = SHARE | {"batched Euler": 2, "diffrax": 16}


def serve(name: str) -> None:
    """Answer requests on standard input, one a line, until it ends."""
    import json
    from importlib.metadata import PackageNotFoundError, version

    contender, answers = CONTENDERS[name](), sys.stdout
    sys.stdout = sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "prepare":
                with np.load(request["file"]) as saved:
                    share = STIFF_SHARE if request["tau_p"] < STIFF else SHARE
                    limit = min(share[name], len(saved["cues"]))
                    material = saved["patterns"][:limit], saved["cues"][:limit]
                    exact_phi, exact_p = saved["phi"][:limit], saved["p"][:limit]
                    compared = len(exact_p)
                contender = CONTENDERS[name]()
                contender.prepare(*material, request["tau_p"])
                answer: dict[str, Any] = {"trajectories": limit, "ladder": contender.ladder}
                try:
                    answer["version"] = version(name)
                except PackageNotFoundError:
                    answer["version"] = ""
            else:
                setting = request["setting"]
                # Processor time: on a shared machine waiting is not the contender's doing; each has one core.
                begin = time.process_time()
                x, p, evaluations = contender.solve(tuple(setting) if isinstance(setting, list) else setting)
                seconds = time.process_time() - begin
                gap = np.maximum(
                    np.abs(np.tanh(x[:compared]) - exact_phi).max(axis=(1, 2)),
                    np.abs(p[:compared] - exact_p).max(axis=(1, 2)),
                )
                answer = {"seconds": seconds, "evaluations": evaluations, "errors": gap.tolist()}
        except Exception as error:
            answer = {"failed": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
