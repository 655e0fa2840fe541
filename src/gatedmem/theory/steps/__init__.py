"""What a derivation is made of; ``derivation.Derivation`` is the entry. From the bottom up:

================  ==================================================================================================
``conclusions``   equivalences and implications; a known equality with its multiplier
``record``        one line of a derivation, as a reader sees it
``chains``        chains of expressions and of relations
``ground``        what is given and known so far, and numerical instances of it
``refusals``      the exceptions: a false step, an undecided one
``checks``        a difference is zero, a quantity has a sign, one relation holds
``sameness``      when two relations or conclusions say the same
``premises``      definitions, symmetries, hypotheses
``equivalences``  when a relation follows from another one
``theorems``      the minimum of a function, the mean value theorem
``lemmas``        instances of other derivations; what a branch has shown
``links``         the next link of a chain, and its end
================  ==================================================================================================

Every module uses those above it in this list only. A check returns where it succeeds and raises where it does not.
"""
