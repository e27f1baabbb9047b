import pytest

from services.gateway.domain.passwords import LONGEST, normalised, password_problem


@pytest.mark.parametrize(
    "password",
    [
        "corner-lantern-42",
        "correct horse battery staple",
        "一二三四五六七八",
        "        x",
        "x" * 63 + "y",
        "x" * (LONGEST - 1) + "y",
        "laodong-guanxi-hexie",
        "minhang district in autumn",
    ],
)
def test_any_composition_will_do(password: str) -> None:
    assert password_problem(password, "wang.fang") is None


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "too_short"),
        ("seven77", "too_short"),
        ("x" * LONGEST + "y", "too_long"),
        ("12345678", "easy_to_guess"),
        ("QWERTYuiop", "easy_to_guess"),
        ("aaaaaaaaaaaa", "easy_to_guess"),
        ("Minhang2026", "easy_to_guess"),
        ("laodong123!", "easy_to_guess"),
        ("wang.fang1", "easy_to_guess"),
        ("ｐａｓｓｗｏｒｄ１", "easy_to_guess"),
    ],
)
def test_what_is_short_long_or_guessed_first_is_refused(password: str, code: str) -> None:
    problem = password_problem(password, "wang.fang")
    assert problem is not None
    assert (problem.field, problem.code) == ("password", code)


def test_every_keyboard_gives_the_same_password() -> None:
    assert normalised("ｃafé") == normalised("cafe\u0301")
