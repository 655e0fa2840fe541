"""The normal form of sums over symbolic ranges: which module holds which rule.

``indexed.Normaliser`` is the entry; the data (atoms, monomials, forms) are in ``forms``, the arithmetic of signs in
``signs``. From the bottom up:

====================  ==============================================================================================
``undecidable``       the exception: the normal form cannot be computed
``names``             what the names in an expression stand for; indices and lengths of ranges
``rules``             definitions and hypotheses as rewriting rules
``known_signs``       signs of normal forms, from recorded facts and from structure
``writing``           a normal form as a sympy expression again
``context``           all that a normal form depends on, and the two ways back to the top
``products``          products, whole powers, tanh² = 1 - cosh⁻², what a Kronecker delta does to the other factors
``powers``            division and roots, cleared denominators
``functions``         exponentials, logarithms, odd and even functions
``ruled_atoms``       symbols, indexed quantities and Kronecker deltas, which a rule may replace
``connected``         which factors of a summand hang together
``contractions``      a sum that a rule replaces (Σ_i p_i = 1)
``canonical``         the canonical names of the dummies of a sum
``sums``              closing a sum and opening it again
``rebuilding``        an atom under other names of its indices, or under rules that were put aside
``expression_signs``  signs of expressions as they are written
``derivatives``       ``Partial`` and ``FlowDerivative``
``reading``           the normal form of a sympy expression
====================  ==============================================================================================

Every module uses those above it in this list only. Two steps of the computation lead back to the top, the reading of
the right side of a rule and the rebuilding of an atom; they are methods of the ``Context``.
"""
