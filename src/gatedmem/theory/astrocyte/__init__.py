"""The astrocyte-gated memory (arXiv 2604.25481): its definitions and what follows from them.

model          every formula of the model, once
energy         AG4, AG5, AG8     two forms, differential, descent
geometry       AG6, AG7          tangent projection, natural gradient
replicator     AG1               simplex, faces, interior; the linear envelope
bounds         AG2, AG9          log-ratios, gains from below, bounds of the energy
equilibria     AG11, AG13        fixed points, mixtures of experts
lift           AG28              gains as a softmax, modular frame, self-adjoint Jacobian
linearisation  AG23              Jacobian and Hessian at equilibria
uniform        AG21              the state (0, 1/K) and its threshold
overlaps       AG20              overlap and score dynamics
symmetries     AG19              reflection, flips, permutations
limits         AG15, AG16, AG18, AG30
retrieval      AG25, AG29, AG31  updates that never raise the energy, one-step retrieval
linear_score   AG26              the variant that reads out by attention
euler          AG27              explicit Euler on the gains
"""
