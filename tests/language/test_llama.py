"""The forward pass against a plain one written from the definition, prefixes, and the packaged model."""

import numpy as np
import pytest

from gatedmem.numerics.language.experiment import PACKAGED, find_model
from gatedmem.numerics.language.llama import Layer, Llama
from gatedmem.numerics.language.reading import open_reader

WIDTH, HEADS, KEY_HEADS, VOCABULARY = 12, 3, 1, 17


def small_model(seed=0, layers=2):
    rng = np.random.default_rng(seed)

    def weights(*shape):
        return rng.normal(size=shape).astype(np.float32) / 2

    head = WIDTH // HEADS
    return Llama(
        embedding=weights(VOCABULARY, WIDTH),
        layers=tuple(
            Layer(
                attention_gain=weights(WIDTH),
                query=weights(WIDTH, WIDTH),
                key=weights(KEY_HEADS * head, WIDTH),
                value=weights(KEY_HEADS * head, WIDTH),
                output=weights(WIDTH, WIDTH),
                feed_gain=weights(WIDTH),
                gate=weights(20, WIDTH),
                up=weights(20, WIDTH),
                down=weights(WIDTH, 20),
            )
            for _ in range(layers)
        ),
        final_gain=weights(WIDTH),
        unembedding=weights(VOCABULARY, WIDTH),
        heads=HEADS,
        key_heads=KEY_HEADS,
        rotary_base=100.0,
        norm_epsilon=1e-5,
    )


def plainly(model, ids):
    """The same, one position and one head at a time, in double precision, with complex numbers for the rotation."""
    head = WIDTH // HEADS
    rates = model.rotary_base ** (-2 * np.arange(head // 2) / head)

    def norm(row, gain):
        return row / np.sqrt(np.mean(row**2) + model.norm_epsilon) * gain

    def turned(row, position):
        pairs = (row[0::2] + 1j * row[1::2]) * np.exp(1j * position * rates)
        return np.stack([pairs.real, pairs.imag], axis=1).ravel()

    rows = [model.embedding[token].astype(np.float64) for token in ids]
    states = [rows[-1]]
    for layer in model.layers:
        normed = [norm(row, layer.attention_gain) for row in rows]
        after = []
        for here in range(len(rows)):
            mixed = []
            for index in range(HEADS):
                mine = slice(index * head, (index + 1) * head)
                shared = slice(index * KEY_HEADS // HEADS * head, (index * KEY_HEADS // HEADS + 1) * head)
                query = turned((layer.query @ normed[here])[mine], here)
                scores = [
                    query @ turned((layer.key @ normed[there])[shared], there) / np.sqrt(head)
                    for there in range(here + 1)
                ]
                weights = np.exp(scores) / np.sum(np.exp(scores))
                mixed.append(sum(w * (layer.value @ normed[there])[shared] for there, w in enumerate(weights)))
            row = rows[here] + layer.output @ np.concatenate(mixed)
            inner = norm(row, layer.feed_gain)
            gate = layer.gate @ inner
            after.append(row + layer.down @ (gate / (1 + np.exp(-gate)) * (layer.up @ inner)))
        rows = after
        states.append(rows[-1])
    return np.stack(states)


def test_the_stream_is_that_of_the_definition():
    model = small_model()
    ids = [3, 1, 4, 1, 5, 9, 2]
    np.testing.assert_allclose(model.read(ids)[0], plainly(model, ids), atol=2e-5)


def test_a_prefix_is_read_once_and_continued_twice():
    model = small_model(1)
    whole, _ = model.read([3, 1, 4, 1, 5])
    _, prefix = model.read([3, 1, 4])
    for _ in range(2):
        continued, longer = model.read([1, 5], prefix)
        np.testing.assert_allclose(continued, whole, atol=1e-5)
        assert longer.length == 5
        assert prefix.length == 3


def test_logits_are_memories_times_the_normed_state():
    model = small_model(2)
    last = model.read([1, 2])[0][-1].astype(np.float64)
    normed = last / np.sqrt(np.mean(last**2) + model.norm_epsilon) * model.final_gain
    np.testing.assert_allclose(model.memories() @ model.query(last), model.unembedding @ normed, atol=1e-5)


@pytest.mark.parametrize("ids", [[], [VOCABULARY], [-1]])
def test_bad_tokens_are_refused(ids):
    with pytest.raises(ValueError, match="ids: must"):
        small_model().read(ids)


@pytest.fixture(scope="module")
def reader():
    return open_reader(find_model(PACKAGED))


def test_the_packaged_model_knows_a_capital_and_counts_its_tokens(reader):
    ids = reader.tokens("The capital of France is")
    state = reader.model.read(ids)[0][-1]
    best = int(np.argmax(reader.model.memories() @ reader.model.query(state)))
    assert reader.tokenizer.decode([best]) == " Paris"
    # Digits stand alone in this tokenizer.
    assert len(reader.tokens("2024")) == 4


def test_another_kind_of_file_is_refused(tmp_path):
    file = tmp_path / "model.gguf"
    file.write_bytes(b"not a model")
    with pytest.raises(ValueError, match="is not a GGUF file"):
        open_reader(str(file))
    with pytest.raises(ValueError, match="no such file"):
        open_reader(str(tmp_path / "absent.gguf"))
