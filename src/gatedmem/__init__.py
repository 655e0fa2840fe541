"""Gated associative memories, with every statement derived, formally proved, certified and attacked.

``gatedmem.theory`` says what is claimed, ``gatedmem.numerics`` what it does, ``gatedmem.proofs`` why it holds.
"""
