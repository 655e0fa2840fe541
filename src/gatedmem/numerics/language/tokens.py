"""The byte-level byte-pair tokenizer that a GGUF file carries, through the ``tokenizers`` package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gatedmem.numerics.language.gguf_file import INSTALL, MissingExtra, field, open_gguf

# Pre-tokenizers by the name that GGUF files give them: do digits stand alone before the bytes are split?
DIGITS_ALONE = {"smollm": True, "gpt-2": False, "default": False}


def load_tokenizer(path: Path) -> tuple[Any, list[int]]:
    """A ``tokenizers.Tokenizer`` from the vocabulary and merges in ``path``, and the tokens that a text begins with.

    Raises ``MissingExtra`` without the tokenizers package, ``ValueError`` for a kind of tokenizer not known here.
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
    vocabulary = {token: index for index, token in enumerate(field(reader, "tokenizer.ggml.tokens", path))}
    merges = [tuple(pair.split(" ")) for pair in field(reader, "tokenizer.ggml.merges", path)]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    bytes_ = pre_tokenizers.ByteLevel(add_prefix_space=False)
    digits = [pre_tokenizers.Digits(individual_digits=True)] if DIGITS_ALONE[split] else []
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*digits, bytes_])
    tokenizer.decoder = decoders.ByteLevel()
    begins = reader.get_field("tokenizer.ggml.add_bos_token")
    first = [int(field(reader, "tokenizer.ggml.bos_token_id", path))] if begins and begins.contents() else []
    return tokenizer, first
