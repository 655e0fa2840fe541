"""Context-gated retrieval with context and query clamped: definitions and derivations CG1 to CG19."""
