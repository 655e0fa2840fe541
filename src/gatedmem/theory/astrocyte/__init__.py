"""The astrocyte-gated associative memory: its definitions and what follows from them."""
