"""Language models through ``transformers``: a local folder or a hub id, on a GPU where one is present.

The library's last hidden state is already behind the final norm; the state before it is caught at the norm's door.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from gatedmem.numerics.language.gguf_file import MissingExtra
from gatedmem.numerics.language.llama import Floats

INSTALL = "pip install torch transformers"


class TransformersModel:
    """A Llama-architecture model run by torch.

    Args:
        name: a folder or hub id.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ValueError: there is no such model, or it is not of the Llama kind.
    """

    def __init__(self, name: str) -> None:
        try:
            import torch
            from transformers import AutoModelForCausalLM
        except ModuleNotFoundError as error:
            raise MissingExtra(f"loading {name} needs the {error.name} package: {INSTALL}") from None
        try:
            model = AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32)
        except (OSError, ValueError) as error:
            raise ValueError(f"{name}: model: cannot be loaded ({str(error).splitlines()[0]})") from None
        core: Any = getattr(model, "model", None)
        if model.config.model_type != "llama" or not hasattr(core, "norm"):
            raise ValueError(f"{name}: model_type: must be llama, is {model.config.model_type}")
        self._torch = torch
        self._model = model.eval().to("cuda" if torch.cuda.is_available() else "cpu")
        self._before_norm: Any = None
        core.norm.register_forward_pre_hook(self._catch)

    def _catch(self, _module: Any, inputs: tuple[Any, ...]) -> None:
        self._before_norm = inputs[0]

    @property
    def norm_epsilon(self) -> float:
        """What the final norm adds to the mean square."""
        return float(self._model.config.rms_norm_eps)

    def read(self, ids: Sequence[int], prefix: Any = None) -> tuple[Floats, Any]:
        """Read tokens after a prefix; see :class:`gatedmem.numerics.language.model.LanguageModel`."""
        if not len(ids):
            raise ValueError("ids: must hold at least one token")
        # The library extends the cache it is given; the caller's prefix must stay as it is.
        cache = copy.deepcopy(prefix)
        with self._torch.inference_mode():
            tokens = self._torch.tensor([list(ids)], device=self._model.device)
            answer = self._model.model(tokens, past_key_values=cache, use_cache=True, output_hidden_states=True)
        rows = [state[0, -1] for state in answer.hidden_states[:-1]] + [self._before_norm[0, -1]]
        return np.asarray(self._torch.stack(rows).cpu().numpy()), answer.past_key_values

    def memories(self) -> Floats:
        """The rows of the unembedding with the final norm's gain folded in, (V, d)."""
        with self._torch.inference_mode():
            folded = self._model.get_output_embeddings().weight * self._model.model.norm.weight
        return np.asarray(folded.cpu().numpy())


def load_tokenizer(name: str) -> tuple[Any, list[int]]:
    """The folder's or hub id's fast tokenizer, and the tokens that a text begins with.

    Raises:
        MissingExtra: transformers is not installed.
        ValueError: there is no fast tokenizer.
    """
    try:
        from transformers import AutoTokenizer
    except ModuleNotFoundError as error:
        raise MissingExtra(f"loading {name} needs the {error.name} package: {INSTALL}") from None
    tokenizer = AutoTokenizer.from_pretrained(name)
    if not tokenizer.is_fast:
        raise ValueError(f"{name}: tokenizer: must be a fast one")
    backend = tokenizer.backend_tokenizer
    first = tokenizer.bos_token_id
    return backend, [first] if first is not None and backend.encode("a").ids[0] == first else []
