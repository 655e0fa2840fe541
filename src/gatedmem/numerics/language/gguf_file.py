"""Read a Llama model and its tokenizer from a GGUF file, through the ``gguf`` package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gatedmem.numerics.language.llama import Floats, Layer, Llama

INSTALL = "pip install 'gatedmem[language-model]'"


class MissingExtra(RuntimeError):
    """A package of the ``language-model`` extra is absent; the message says how to install it."""


def open_gguf(path: Path) -> Any:
    """Open the file. Raises ``MissingExtra`` without the gguf package, ``ValueError`` where it is no GGUF file."""
    try:
        import gguf
    except ModuleNotFoundError as error:
        raise MissingExtra(f"reading a GGUF file needs the {error.name} package: {INSTALL}") from None
    if not path.is_file():
        raise ValueError(f"{path}: no such file")
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ValueError(f"{path}: is not a GGUF file")
    return gguf.GGUFReader(path)


def field(reader: Any, name: str, path: Path) -> Any:
    """The value of a metadata field. Raises ``ValueError`` where the file lacks it."""
    found = reader.get_field(name)
    if found is None:
        raise ValueError(f"{path}: {name}: is missing")
    return found.contents()


def load_llama(path: Path) -> Llama:
    """The model in ``path``, its quantised weights expanded to 32 bits.

    Raises ``ValueError`` where the file is not a Llama model or lacks a field or tensor.
    """
    import gguf.quants

    reader = open_gguf(path)
    architecture = field(reader, "general.architecture", path)
    if architecture != "llama":
        raise ValueError(f"{path}: general.architecture: must be llama, is {architecture}")
    tensors = {tensor.name: tensor for tensor in reader.tensors}

    def weights(name: str) -> Floats:
        if name not in tensors:
            raise ValueError(f"{path}: {name}: is missing")
        tensor = tensors[name]
        return np.ascontiguousarray(gguf.quants.dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)

    def layer(index: int) -> Layer:
        block = f"blk.{index}."
        return Layer(
            attention_gain=weights(f"{block}attn_norm.weight"),
            query=weights(f"{block}attn_q.weight"),
            key=weights(f"{block}attn_k.weight"),
            value=weights(f"{block}attn_v.weight"),
            output=weights(f"{block}attn_output.weight"),
            feed_gain=weights(f"{block}ffn_norm.weight"),
            gate=weights(f"{block}ffn_gate.weight"),
            up=weights(f"{block}ffn_up.weight"),
            down=weights(f"{block}ffn_down.weight"),
        )

    embedding = weights("token_embd.weight")
    heads = int(field(reader, "llama.attention.head_count", path))
    return Llama(
        embedding=embedding,
        layers=tuple(layer(index) for index in range(int(field(reader, "llama.block_count", path)))),
        final_gain=weights("output_norm.weight"),
        # Where the file has no output matrix the embedding serves as one.
        unembedding=weights("output.weight") if "output.weight" in tensors else embedding,
        heads=heads,
        key_heads=int(field(reader, "llama.attention.head_count_kv", path)),
        rotary_base=float(field(reader, "llama.rope.freq_base", path)),
        norm_epsilon=float(field(reader, "llama.attention.layer_norm_rms_epsilon", path)),
    )
