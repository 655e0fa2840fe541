"""The drill: wrong variants of every statement, put before each layer of evidence, which has to reject them.

``variants`` reads the wrong variants, ``python_trial`` and ``formal_trial`` put one before a layer, ``run`` does it
for many, ``report`` counts. A layer that accepts a wrong variant is weaker than it looks.
"""
