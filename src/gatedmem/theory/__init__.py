"""What is claimed: definitions and derivations in sympy; no arrays, no files."""
