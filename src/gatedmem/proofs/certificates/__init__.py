"""Rigorous numerics for the statements: ball and exact rational arithmetic on drawn and user instances."""
