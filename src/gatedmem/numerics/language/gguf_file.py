"""Read a Llama model and its tokenizer from a GGUF file, through the ``gguf`` package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gatedmem.numerics.language.gguf_header import check_header
from gatedmem.numerics.language.llama import Floats, Layer, Llama

INSTALL = "pip install 'gatedmem[language-model]'"


class MissingExtra(RuntimeError):
    """A package of the ``language-model`` extra is absent; the message says how to install it."""


def open_gguf(path: Path) -> Any:
    """Open the file.

    Raises ``MissingExtra`` without the gguf package, ``ValueError`` where it is no GGUF file or a damaged one.
    """
    try:
        import gguf
    except ModuleNotFoundError as error:
        raise MissingExtra(f"reading a GGUF file needs the {error.name} package: {INSTALL}") from None
    if not path.is_file():
        raise ValueError(f"{path}: no such file")
    try:
        check_header(path)
        with np.errstate(all="ignore"):  # a product of lengths may overflow; the tensor then does not fit the file
            return gguf.GGUFReader(path)
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror})") from None
    except (KeyError, IndexError, TypeError, OverflowError, MemoryError) as error:
        raise ValueError(f"{path}: is a damaged GGUF file: {error}") from None
    except ValueError as error:
        message = " ".join(str(error).split())
        raise ValueError(message if message.startswith(str(path)) else f"{path}: is damaged: {message}") from None


def field(reader: Any, name: str, path: Path, kind: type[Any] = str) -> Any:
    """The value of a metadata field, of type ``kind``. Raises ``ValueError`` where the file lacks it."""
    found = reader.get_field(name)
    if found is None:
        raise ValueError(f"{path}: {name}: is missing")
    value = found.contents()
    if not isinstance(value, kind):
        raise ValueError(f"{path}: {name}: must be of type {kind.__name__}")
    return value


def texts(reader: Any, name: str, path: Path) -> list[str]:
    """The value of a metadata field that is a list of texts. Raises ``ValueError`` where it is not one."""
    value: list[str] = field(reader, name, path, list)
    if not all(isinstance(entry, str) for entry in value):
        raise ValueError(f"{path}: {name}: must be a list of texts")
    return value


def load_llama(path: Path) -> Llama:
    """The model in ``path``, its quantised weights expanded to 32 bits.

    Raises ``ValueError`` where the file is not a Llama model, or a field or tensor is missing or does not fit.
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
        try:
            expanded = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        except (NotImplementedError, ValueError) as error:
            raise ValueError(f"{path}: {name}: cannot be expanded ({error})") from None
        if not np.isfinite(expanded).all():
            raise ValueError(f"{path}: {name}: holds a weight that is not finite")
        return np.ascontiguousarray(expanded, dtype=np.float32)

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
    try:
        return Llama(
            embedding=embedding,
            layers=tuple(layer(index) for index in range(field(reader, "llama.block_count", path, int))),
            final_gain=weights("output_norm.weight"),
            # Where the file has no output matrix the embedding serves as one.
            unembedding=weights("output.weight") if "output.weight" in tensors else embedding,
            heads=field(reader, "llama.attention.head_count", path, int),
            key_heads=field(reader, "llama.attention.head_count_kv", path, int),
            rotary_base=field(reader, "llama.rope.freq_base", path, float),
            norm_epsilon=field(reader, "llama.attention.layer_norm_rms_epsilon", path, float),
        )
    except ValueError as error:
        raise ValueError(str(error) if str(error).startswith(str(path)) else f"{path}: {error}") from None
