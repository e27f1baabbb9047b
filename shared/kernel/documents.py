"""Reading the JSON documents that officials edit: a fault names its path, in both languages.

No schema library: the domain stays plain Python, and a message has to be understood by an official.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn
from unicodedata import category

from shared.kernel.errors import DomainError, FieldProblem, Kind

# Beyond any month, worker or yuan that a threshold could mean; also keeps infinity and NaN out.
_LARGEST = 1e15
_LONGEST = 500


class DocumentInvalid(DomainError):
    """The document cannot be used; `path` says where it is wrong."""

    kind = Kind.INVALID
    code = "document.invalid"

    def __init__(self, path: str, message_zh: str, message_en: str) -> None:
        """Keep the path beside the problem."""
        self.path = path
        problem = FieldProblem(path, "invalid", message_zh, message_en)
        super().__init__(f"{path}：{message_zh}。", f"{path}: {message_en}.", fields=(problem,))


@dataclass(frozen=True, slots=True)
class Node:
    """A value inside a document, with the way that led to it."""

    value: object
    path: str

    @classmethod
    def of(cls, doc: object) -> "Node":
        """Return the document's root, which must be an object."""
        root = cls(doc, "")
        if not isinstance(doc, Mapping):
            fail(root, "须为JSON对象", "must be a JSON object")
        return root

    def has(self, key: str) -> bool:
        """Say whether the object has this key with a value."""
        return isinstance(self.value, Mapping) and self.value.get(key) is not None

    def at(self, key: str) -> "Node":
        """Return the object's member; missing and null members are nodes of None."""
        if not isinstance(self.value, Mapping):
            fail(self, "须为JSON对象", "must be a JSON object")
        return Node(self.value.get(key), f"{self.path}.{key}" if self.path else key)

    def get(self, key: str) -> "Node | None":
        """Return the object's member, None where it is missing."""
        return self.at(key) if self.has(key) else None

    def names(self) -> tuple[str, ...]:
        """Return the names of the object's members."""
        if not isinstance(self.value, Mapping):
            fail(self, "须为JSON对象", "must be a JSON object")
        return tuple(self.value)

    def items(self) -> "tuple[Node, ...]":
        """Return the members of a list."""
        if not isinstance(self.value, list | tuple):
            fail(self, "须为列表", "must be a list")
        return tuple(Node(value, f"{self.path}[{at}]") for at, value in enumerate(self.value))


def fail(node: Node, message_zh: str, message_en: str) -> NoReturn:
    """Refuse the document because of this node."""
    raise DocumentInvalid(node.path or "$", message_zh, message_en)


def only_keys(node: Node, allowed: frozenset[str]) -> None:
    """Refuse misspelt members: a threshold that nobody reads is worse than an error."""
    for key in node.names():
        if key not in allowed:
            fail(node.at(key), "未知的字段", "unknown member")


def text(node: Node) -> str:
    """Return a text that is not blank."""
    if not isinstance(node.value, str) or not node.value.strip():
        fail(node, "须为非空文字", "must be a text that is not empty")
    if len(node.value) > _LONGEST or any(category(mark).startswith("C") for mark in node.value):
        fail(
            node, f"不得超过{_LONGEST}字或含控制字符", f"at most {_LONGEST} characters, no control characters"
        )
    return node.value


def optional_text(node: Node) -> str | None:
    """Return a text, or None where there is none."""
    return None if node.value is None else text(node)


def boolean(node: Node) -> bool:
    """Return true or false."""
    if not isinstance(node.value, bool):
        fail(node, "须为true或false", "must be true or false")
    return node.value


def number(node: Node, minimum: float = -math.inf, maximum: float = math.inf) -> float:
    """Return a finite number within bounds."""
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
        fail(node, "须为数字", "must be a finite number")
    if not minimum <= value <= maximum:
        fail(node, f"须在{minimum:g}至{maximum:g}之间", f"must be between {minimum:g} and {maximum:g}")
    return float(value)


def whole(node: Node, minimum: int = 0) -> int:
    """Return a whole number of at least `minimum`."""
    if isinstance(node.value, bool) or not isinstance(node.value, int):
        fail(node, "须为整数", "must be a whole number")
    if not minimum <= node.value < _LARGEST:
        fail(node, f"不得小于{minimum}", f"must be at least {minimum}")
    return node.value


def day(node: Node) -> date:
    """Return a date written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text(node))
    except ValueError:
        fail(node, "须为YYYY-MM-DD格式的日期", "must be a date written YYYY-MM-DD")


def one_of(node: Node, allowed: Sequence[str]) -> str:
    """Return a text that is among the allowed ones."""
    value = text(node)
    if value not in allowed:
        fail(node, f"须为：{'、'.join(allowed)}", f"must be one of: {', '.join(allowed)}")
    return value


def texts(node: Node, count: int | None = None) -> tuple[str, ...]:
    """Return a list of texts that is not empty and does not repeat itself."""
    values = tuple(text(item) for item in node.items())
    if not values or len(set(values)) < len(values):
        fail(node, "不得为空或重复", "must be neither empty nor repeat itself")
    if count is not None and len(values) != count:
        fail(node, f"须有{count}项", f"must have {count} entries")
    return values
