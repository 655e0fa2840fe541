"""Causal language models of the Llama architecture, read layer by layer, and context-gated retrieval in them."""
