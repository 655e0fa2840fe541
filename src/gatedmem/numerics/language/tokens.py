"""The byte-level byte-pair tokenizer that a GGUF file carries, through the ``tokenizers`` package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gatedmem.numerics.language.gguf_file import INSTALL, MissingExtra, field, open_gguf, texts

# Pre-tokenizers by the name that GGUF files give them: do digits stand alone before the bytes are split?
DIGITS_ALONE = {"smollm": True, "gpt-2": False, "default": False}


def load_tokenizer(path: Path) -> tuple[Any, list[int]]:
    """A ``tokenizers.Tokenizer`` from the vocabulary and merges in ``path``, and the tokens that a text begins with.

    Raises ``MissingExtra`` without the tokenizers package, ``ValueError`` for a kind of tokenizer not known here or a
    damaged file.
    """
    try:
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    except ModuleNotFoundError as error:
        raise MissingExtra(f"splitting text into tokens needs the {error.name} package: {INSTALL}") from None
    reader = open_gguf(path)
    kind, split = field(reader, "tokenizer.ggml.model", path), field(reader, "tokenizer.ggml.pre", path)
    if kind != "gpt2":
        raise ValueError(f"{path}: tokenizer.ggml.model: must be gpt2 (byte-level pairs), is {kind}")
    if split not in DIGITS_ALONE:
        raise ValueError(f"{path}: tokenizer.ggml.pre: must be one of {', '.join(DIGITS_ALONE)}, is {split}")
    vocabulary = {token: index for index, token in enumerate(texts(reader, "tokenizer.ggml.tokens", path))}
    pairs = [pair.split(" ") for pair in texts(reader, "tokenizer.ggml.merges", path)]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"{path}: tokenizer.ggml.merges: an entry is not two tokens with a space between")
    merges = [(first, second) for first, second in pairs]
    try:
        tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    except Exception as error:  # the package has no narrower class
        raise ValueError(f"{path}: tokenizer.ggml.merges: {error}") from None
    bytes_ = pre_tokenizers.ByteLevel(add_prefix_space=False)
    digits = [pre_tokenizers.Digits(individual_digits=True)] if DIGITS_ALONE[split] else []
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*digits, bytes_])
    tokenizer.decoder = decoders.ByteLevel()
    begins = reader.get_field("tokenizer.ggml.add_bos_token")
    first = [field(reader, "tokenizer.ggml.bos_token_id", path, int)] if begins and begins.contents() else []
    return tokenizer, first
