"""The papers' experiments as functions from plain arguments to arrays: what a sweep consists of."""
