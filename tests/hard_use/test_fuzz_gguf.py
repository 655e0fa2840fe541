"""Damaged GGUF files: read or refused in one line, quickly, whatever lengths and counts they announce."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatedmem.numerics.language.reading import open_reader

gguf = pytest.importorskip("gguf")
pytest.importorskip("tokenizers")

LENGTHS = [struct.pack("<Q", length) for length in (0, 1, 7, 2**20, 2**32, 2**40, 2**63, 2**64 - 1)]
KINDS = [struct.pack("<I", kind) for kind in range(14)]


def write_model(file, width=8, heads=2, feed=5):
    """A model of one layer with a vocabulary of six."""
    rng = np.random.default_rng(0)
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_block_count(1)
    writer.add_head_count(heads)
    writer.add_head_count_kv(1)
    writer.add_rope_freq_base(100.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(["a", "b", "c", "ab", "bc", "<s>"])
    writer.add_token_merges(["a b", "b c"])
    writer.add_add_bos_token(True)
    writer.add_bos_token_id(5)
    shapes = {
        "token_embd": (6, width),
        "output_norm": (width,),
        "blk.0.attn_norm": (width,),
        "blk.0.ffn_norm": (width,),
    }
    shapes |= {f"blk.0.attn_{name}": (width, width) for name in ("q", "output")}
    shapes |= {f"blk.0.attn_{name}": (width // heads, width) for name in ("k", "v")}
    shapes |= {"blk.0.ffn_gate": (feed, width), "blk.0.ffn_up": (feed, width), "blk.0.ffn_down": (width, feed)}
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", rng.normal(size=shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    file = tmp_path_factory.mktemp("model") / "good.gguf"
    write_model(file)
    return file


def one_line(refusal, file):
    assert str(refusal).startswith(str(file))
    assert "\n" not in str(refusal)


def load(file):
    reader = open_reader(str(file))
    return reader, reader.tokens("abc")


def test_the_good_one_is_read(model):
    reader, tokens = load(model)
    assert tokens == [3, 2]
    assert list(reader.begins) == [5]
    assert reader.model.read([5, *tokens])[0].shape == (2, 8)


@settings(max_examples=300)
@given(data=st.data())
def test_a_damaged_one_is_read_or_refused(model, data):
    content = bytearray(model.read_bytes())
    header = content.find(b"blk.0.ffn_down.weight") + 80
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, header))
        match data.draw(st.sampled_from(["flip", "cut", "drop", "length", "kind"])):
            case "flip":
                content[place % len(content)] ^= 1 << data.draw(st.integers(0, 7))
            case "cut":
                del content[max(place, 1) :]
            case "drop":
                del content[place : place + data.draw(st.integers(1, 8))]
            case "length":
                content[place : place + 8] = data.draw(st.sampled_from(LENGTHS))
            case "kind":
                content[place : place + 4] = data.draw(st.sampled_from(KINDS))
    file = model.with_name("damaged.gguf")
    file.write_bytes(content)
    try:
        load(file)
    except ValueError as refusal:
        one_line(refusal, file)


@pytest.mark.parametrize("count", [2**23, 2**40, 2**63])
def test_a_length_beyond_the_file_is_refused_at_once(model, count):
    content = model.read_bytes()
    place = content.find(b"tokenizer.ggml.tokens") + len(b"tokenizer.ggml.tokens") + 8
    file = model.with_name("long.gguf")
    # As strings the entries run beyond the end of the file; as bytes there are too many to read one by one.
    for kind in (8, 0):
        file.write_bytes(content[: place - 4] + struct.pack("<IQ", kind, count) + content[place + 8 :])
        with pytest.raises(ValueError, match=r"long\.gguf: is a damaged GGUF file: at byte"):
            open_reader(str(file))


def test_weights_that_do_not_fit_each_other_or_are_not_finite_are_refused(model):
    content = model.read_bytes()
    file = model.with_name("odd.gguf")
    key = b"llama.attention.head_count\x04\x00\x00\x00"
    place = content.find(key) + len(key)
    file.write_bytes(content[:place] + struct.pack("<I", 3) + content[place + 4 :])
    with pytest.raises(ValueError, match=r"odd\.gguf: heads: 3 and 1 do not share a width of 8 evenly"):
        open_reader(str(file))
    file.write_bytes(content[:-20] + struct.pack("<f", float("nan")) * 5)
    with pytest.raises(ValueError, match=r"blk\.0\.ffn_\w+\.weight: holds a weight that is not finite"):
        open_reader(str(file))
