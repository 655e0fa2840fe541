"""Simulation layer: for every statement an honest search for a counterexample."""
