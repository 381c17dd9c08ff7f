import pytest
from pydantic import ValidationError

from core.schemas import NewUser, SignIn, refuse_nul


@pytest.mark.parametrize(
    "value", ["\0", "a\0b", ["a", "\0"], {"a": "\0"}, {"\0": 1}, {"a": [{"b": ["c", {"d": "\0"}]}]}]
)
def test_a_nul_character_is_found_wherever_it_is(value):
    with pytest.raises(ValueError, match="NUL"):
        refuse_nul(value)


@pytest.mark.parametrize("value", ["", "text", 1, None, True, [], {}, {"a": ["b", {"c": 0}]}])
def test_other_values_pass(value):
    refuse_nul(value)


def test_a_deeply_nested_value_does_not_exhaust_the_stack():
    value: object = "\0"
    for _ in range(20_000):
        value = [value]
    with pytest.raises(ValueError, match="NUL"):
        refuse_nul(value)


@pytest.mark.parametrize(
    "dob", [0, 631_152_000, 6.5, True, "19900412", "0", "1990-4-12", "1990-04-12T00:00:00", "", [], {}]
)
def test_a_date_of_birth_is_a_text_of_year_month_and_day(dob):
    with pytest.raises(ValidationError) as caught:
        NewUser.model_validate({"username": "asha", "password": "x", "dob": dob})
    (error,) = caught.value.errors()
    assert error["msg"] == "must be a date as YYYY-MM-DD"


@pytest.mark.parametrize("text", [1, 1.5, True, None, ["a"], {"a": 1}])
def test_texts_are_texts(text):
    with pytest.raises(ValidationError):
        SignIn(username=text, password="x")
