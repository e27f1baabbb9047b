"""What a password must be, and how costly it is to try one."""

import unicodedata
from dataclasses import dataclass

from shared.kernel.errors import FieldProblem


@dataclass(frozen=True, slots=True)
class HashCost:
    """Parameters of Argon2id (RFC 9106)."""

    memory_kib: int
    passes: int
    lanes: int
    source: str


# OWASP's minimum, so that the waiting coordinator and a small machine stay within their means.
HASH_COST = HashCost(19_456, 2, 1, "OWASP Password Storage Cheat Sheet: m=19456 (19 MiB), t=2, p=1")

SHORTEST = 8
LONGEST = 128
"""Characters, of any sort: OWASP ASVS 5.0, 6.2.1, 6.2.5 and 6.2.9 (at least 64 must be allowed)."""

# Words of this place and product, and what is guessed first (ASVS 6.2.4, 6.2.11).
_CONTEXT = ("labour", "laodong", "warning", "yujing", "minhang", "shanghai", "zhongcai", "admin", "password")
_GUESSED_FIRST = """
    00000000 01234567 0123456789 11111111 111111111 1111111111 11223344 112233445566 12121212 123123123 123321123
    123412341234 12341234 1234512345 123454321 12345678 123456781 123456789 1234567890 12345678910 123456789a
    12345678a 1234567a 123456aa 123456abc 123456qq 1234abcd 1234qwer 12qwaszx 147258369 147852369 1q2w3e4r 1q2w3e4r5t
    1qaz2wsx 1qazxsw2 22222222 31415926 52013140 5201314520 55555555 66666666 66668888 77777777 87654321 88888888
    98765432 987654321 9876543210 99999999 a1234567 a12345678 a123456789 aa123456 aa123456789 aaaaaaaa abc12345
    abc123456 abcd1234 abcd12345 abcdefgh asdasdasd asdf1234 asdfasdf asdfghjk asdfghjkl baseball computer dearbook
    football iloveyou iloveyou1 internet letmein1 michelle monkey123 passw0rd p@ssw0rd princess q1w2e3r4 q1w2e3r4t5
    qazwsxedc qq123456 qq123456789 qwer1234 qwerasdf qwerqwer qwert123 qwerty12 qwerty123 qwertyui qwertyuiop
    sunshine superman trustno1 welcome1 woaini123 woaini1314 woaini520 woaiwojia xiazhili zaq12wsx zxcvbnm1 zxcvbnm123
    zhang123 wang1234 whatever starwars
    """
_SHORTEST_REST = 4


def normalised(password: str) -> str:
    """Return the one spelling of a password, so that every keyboard gives the same (NIST SP 800-63B, NFKC)."""
    return unicodedata.normalize("NFKC", password)


def password_problem(password: str, username: str) -> FieldProblem | None:
    """Return why a new password is refused, None when it is good. Its composition does not matter."""
    length = len(normalised(password))
    if length < SHORTEST:
        return _problem("too_short", f"密码至少 {SHORTEST} 个字符。", f"At least {SHORTEST} characters.")
    if length > LONGEST:
        return _problem("too_long", f"密码最多 {LONGEST} 个字符。", f"At most {LONGEST} characters.")
    if _easy(normalised(password).casefold(), username.casefold()):
        return _problem(
            "easy_to_guess", "密码太容易被猜到，请换一个。", "Too easy to guess: choose another one."
        )
    return None


def _easy(password: str, username: str) -> bool:
    """Tell whether it is among the first guesses, or one character, or hardly more than a word of this place."""
    if password in _GUESSED_FIRST.split() or len(set(password)) == 1:
        return True
    rest = password
    for word in (username, *_CONTEXT):
        rest = rest.replace(word, "")
    return rest != password and len(rest.strip("0123456789!@#._-")) < _SHORTEST_REST


def _problem(code: str, zh: str, en: str) -> FieldProblem:
    return FieldProblem("password", code, zh, en)
