"""An amount of money is read as its documents say: plain digits as text, and nothing that merely means a number."""

import re
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.contracts.base import Amount
from shared.contracts.inspection import IssueOrder
from shared.contracts.mediation import MediationClose
from shared.contracts.warning_actions import HandOver, PassOn, Refer

AMOUNT: TypeAdapter[Decimal] = TypeAdapter(Amount)
PATTERN = str(AMOUNT.json_schema()["pattern"])
NOT_WRITTEN_SO = [
    "1e5",
    "５",
    "1_000",
    " 5 ",
    "٣",
    "+5",
    "-0",
    "5.",
    ".5",
    "1.005",
    "0" * 14,
    "5\n",
    "",
    "Infinity",
]


@pytest.mark.parametrize("text", ["0", "5", "5.1", "412600.00", "0005", "9999999999999.99"])
def test_what_the_pattern_has_is_taken(text: str) -> None:
    assert AMOUNT.validate_python(text) == Decimal(text)


@pytest.mark.parametrize("value", [*NOT_WRITTEN_SO, 5, 5.5, True, None])
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        AMOUNT.validate_python(value)


@given(
    st.one_of(st.text("0123456789.eE_+- ５٣", max_size=18), st.from_regex(PATTERN), st.decimals().map(str))
)
def test_what_is_taken_is_what_the_pattern_says(text: str) -> None:
    try:
        AMOUNT.validate_python(text)
        taken = True
    except ValidationError:
        taken = False
    assert taken == (re.fullmatch(PATTERN, text) is not None)


@pytest.mark.parametrize("contract", [PassOn, HandOver, Refer, MediationClose, IssueOrder])
@pytest.mark.parametrize("text", NOT_WRITTEN_SO)
def test_every_contract_names_the_field(
    contract: type[PassOn | MediationClose | IssueOrder], text: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        contract.model_validate({"action_id": str(uuid4()), "amount_cny": text})
    assert ("amount_cny",) in {error["loc"] for error in refused.value.errors()}
