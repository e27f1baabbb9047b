"""Matching keys for names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.text import fold_name

NAMES = st.text(
    st.sampled_from("上海闵閔行劳勞动動关關系係乾隆后後著有限公司（）()ＡaB １1·・ \u3000\u200b"), max_size=20
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海閔行勞動關係有限公司", "上海闵行劳动关系有限公司"),
        ("ＡＢＣ（上海）有限公司", "abc(上海)有限公司"),
        ("上海〔一〕厂", "上海(一)厂"),
        ("上海　某某 公司\u200b", "上海某某公司"),
        ("阿卜杜拉・买买提", "阿卜杜拉·买买提"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


def test_different_names_stay_different() -> None:
    assert fold_name("上海甲有限公司") != fold_name("上海乙有限公司")


@given(name=NAMES)
@settings(max_examples=40, deadline=None, database=None)
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)


@given(before=NAMES, fragment=NAMES, after=NAMES)
@settings(max_examples=40, deadline=None, database=None)
def test_a_fragment_is_found_in_the_whole_name(before: str, fragment: str, after: str) -> None:
    assert fold_name(fragment) in fold_name(before + fragment + after)


@given(text=st.text())
@settings(max_examples=40, deadline=None, database=None)
def test_any_text_can_be_folded(text: str) -> None:
    assert " " not in fold_name(text)


def test_a_lone_surrogate_is_dropped() -> None:
    assert fold_name("甲\ud800乙") == "甲乙"
