"""The same model through transformers and through our own forward pass (needs torch, which tests do not install)."""

import numpy as np
import pytest

from gatedmem.numerics.language.gguf_file import MissingExtra
from gatedmem.numerics.language.llama import Layer, Llama
from gatedmem.numerics.language.transformers_model import TransformersModel


def interleaved(weights, heads):
    """Queries or keys as GGUF files hold them: the two halves of a head interleaved."""
    out, width = weights.shape
    return weights.reshape(heads, 2, out // heads // 2, width).swapaxes(1, 2).reshape(out, width)


def test_both_agree_on_every_layer(tmp_path):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=97,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        rms_norm_eps=1e-5,
    )
    model = transformers.LlamaForCausalLM(config)
    with torch.no_grad():
        for weights in model.parameters():
            weights.add_(0.1 * torch.randn_like(weights))
    model.save_pretrained(tmp_path)
    named = {name: weights.numpy() for name, weights in model.state_dict().items()}
    layers = []
    for index in range(3):
        part = {name.partition(f".{index}.")[2]: weights for name, weights in named.items() if f".{index}." in name}
        layers.append(
            Layer(
                attention_gain=part["input_layernorm.weight"],
                query=interleaved(part["self_attn.q_proj.weight"], 4),
                key=interleaved(part["self_attn.k_proj.weight"], 2),
                value=part["self_attn.v_proj.weight"],
                output=part["self_attn.o_proj.weight"],
                feed_gain=part["post_attention_layernorm.weight"],
                gate=part["mlp.gate_proj.weight"],
                up=part["mlp.up_proj.weight"],
                down=part["mlp.down_proj.weight"],
            )
        )
    ours = Llama(
        named["model.embed_tokens.weight"],
        tuple(layers),
        named["model.norm.weight"],
        named["lm_head.weight"],
        heads=4,
        key_heads=2,
        rotary_base=10000.0,
        norm_epsilon=1e-5,
    )
    theirs = TransformersModel(str(tmp_path))
    ids = [3, 14, 15, 92, 65, 35, 8]
    stream, _ = theirs.read(ids)
    np.testing.assert_allclose(ours.read(ids)[0], stream, atol=1e-5)
    _, prefix = theirs.read(ids[:3])
    for _ in range(2):
        np.testing.assert_allclose(theirs.read(ids[3:], prefix)[0], stream, atol=1e-5)
    scale = np.sqrt(np.mean(stream[-1] ** 2) + theirs.norm_epsilon)
    logits = model(torch.tensor([ids])).logits[0, -1].detach().numpy()
    np.testing.assert_allclose(theirs.memories() @ (stream[-1] / scale), logits, atol=1e-5)


def test_without_the_packages_the_command_that_installs_them_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(MissingExtra, match="pip install torch transformers"):
        TransformersModel("anything")
