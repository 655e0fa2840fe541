"""Softmax, log-sum-exp, entropy and relative entropy: definitions and derivations SM1 to SM9."""
