"""Tasks: balanced draws, prompts, a user's own table, and what is said of a bad one."""

from collections import Counter

import numpy as np
import pytest

from gatedmem.numerics.language import texts


def test_a_draw_is_balanced_and_shows_nothing_that_it_asks():
    asked, shown = texts.question_types().split(60, 3, np.random.default_rng(1))
    assert Counter(asked.labels) == dict.fromkeys(range(6), 10)
    assert shown.labels == tuple(range(6)) * 3
    assert not set(asked.texts) & set(shown.texts)
    assert len(set(asked.texts)) == 60


def test_a_seed_fixes_the_draw():
    draws = [texts.question_types().split(20, 2, np.random.default_rng(7))[0].texts for _ in range(2)]
    assert draws[0] == draws[1]


def test_demonstrations_end_where_a_query_begins():
    task = texts.question_types()
    text = task.demonstrations(2) + task.prompt(3)
    assert text.count("The answer is a:") == 3
    assert text.startswith(f"Question: {task.texts[0]}\nThe answer is a: person\n\n")
    assert text.endswith("The answer is a:")


def test_too_many_are_refused():
    with pytest.raises(ValueError, match="text: needs 162 texts, has 144"):
        texts.question_types().split(150, 2, np.random.default_rng(0))
    with pytest.raises(ValueError, match="label: needs more than 24 texts labelled person"):
        texts.question_types().split(10, 24, np.random.default_rng(0))


def test_a_users_own_table(tmp_path):
    file = tmp_path / "mail.csv"
    file.write_text('text,label\n"Win a prize, now",spam\nMinutes of the meeting,work\n', encoding="utf-8")
    task = texts.own_task(file)
    assert task.words == (" spam", " work")
    assert task.prompt(0) == "Text: Win a prize, now\nLabel:"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("text,kind\na,b\n", "mail.csv: label: the column is missing"),
        ("text,label\na,\n", "mail.csv: line 2: label: is empty"),
        ("text,label\na,x\nb,x\n", "mail: label: needs at least two different labels"),
    ],
)
def test_a_bad_table_is_refused(tmp_path, content, said):
    file = tmp_path / "mail.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        texts.own_task(file)


def test_the_packages_that_carry_texts_are_installed_and_large():
    assert len(texts.sentiment().texts) > 4000
    assert len(texts.topics().texts) == 2225
    assert len(texts.capitals()) > 150
    assert ("France", "Paris") in texts.capitals()
