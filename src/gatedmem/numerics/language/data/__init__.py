"""Data files of the language-model experiments: a small question set of our own."""
