"""What of an exception stands in the log: enough to mend it, and nothing that it may quote."""

import errno
import logging

import pytest
from django.db import IntegrityError, OperationalError

from core.log import EventFormatter
from core.s3 import StorageUnavailable
from core.traces import WITHHELD, message_of, trace
from signing.setu.errors import SetuRefused

MARK = "Zarina Quillfeather"


def raised(error: BaseException, *, cause: BaseException | None = None) -> BaseException:
    local = MARK
    try:
        raise error from cause
    except BaseException as caught:
        assert local
        return caught


def codeless() -> None:
    None.upper()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError(MARK), WITHHELD),
        (KeyError(MARK), WITHHELD),
        (RuntimeError(f"{MARK} cannot sign"), WITHHELD),
        (UnicodeDecodeError("utf-8", MARK.encode(), 0, 1, MARK), WITHHELD),
        (ValueError(), ""),
        (TypeError("'int' object is not iterable"), "'int' object is not iterable"),
        (ZeroDivisionError("division by zero"), "division by zero"),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", MARK),
            "[Errno 2] No such file or directory",
        ),
        (OSError(MARK), WITHHELD),
        (StorageUnavailable("The storage refused: AccessDenied."), "The storage refused: AccessDenied."),
        (SetuRefused(status=400, code="invalid_payload", detail=MARK), "refused (400 invalid_payload)"),
        (
            OperationalError(f'invalid input syntax for type uuid: "{MARK}"'),
            "invalid input syntax for type uuid: …",
        ),
        (OperationalError("database is locked"), "database is locked"),
        (
            IntegrityError(
                'duplicate key value violates unique constraint "user_username_unique"\n'
                f"DETAIL:  Key (lower(username))=({MARK}) already exists."
            ),
            'duplicate key value violates unique constraint "user_username_unique"',
        ),
        (
            IntegrityError("UNIQUE constraint failed: core_user.username"),
            "UNIQUE constraint failed: core_user.username",
        ),
    ],
)
def test_a_message_is_told_where_it_quotes_nothing(error, told):
    assert message_of(error) == told


def test_types_places_and_our_own_lines_of_code_are_told():
    try:
        codeless()
    except AttributeError as error:
        text = trace(error)
    assert "Traceback (most recent call last):" in text
    assert "in codeless" in text
    assert text.endswith("AttributeError: 'NoneType' object has no attribute 'upper'")


def test_causes_are_told_before_what_they_caused_and_quote_nothing_either():
    text = trace(raised(RuntimeError(MARK), cause=raised(KeyError(MARK))))
    assert MARK not in text
    assert text.index("KeyError") < text.index("direct cause") < text.index("RuntimeError")


def test_what_was_being_handled_is_told_too():
    try:
        try:
            raise KeyError(MARK)
        except KeyError:
            raise ValueError(MARK)  # noqa: B904
    except ValueError as error:
        text = trace(error)
    assert MARK not in text
    assert text.index("KeyError") < text.index("During handling") < text.index("ValueError")


def test_a_suppressed_cause_is_not_told():
    def fail() -> None:
        try:
            raise KeyError(MARK)
        except KeyError:
            raise ValueError(MARK) from None

    with pytest.raises(ValueError, match=MARK) as caught:
        fail()
    assert "KeyError" not in trace(caught.value)


def test_a_group_tells_its_parts_and_a_ring_of_causes_ends():
    group = raised(BaseExceptionGroup(MARK, [raised(ValueError(MARK)), raised(OSError(1, "No"))]))
    text = trace(group)
    assert MARK not in text
    assert "[Errno 1] No" in text
    first, second = ValueError(MARK), KeyError(MARK)
    first.__cause__, second.__cause__ = second, first
    assert trace(first).count("ValueError") == 1


def test_notes_are_not_told():
    error = ValueError("x")
    error.add_note(MARK)
    assert MARK not in trace(raised(error))


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(("messages", "shown"), [(False, False), (True, True)])
def test_a_developer_may_have_the_messages(form, messages, shown):
    error = raised(ValueError(MARK))
    record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "job.stumbled", (), (ValueError, error, None))
    assert (MARK in EventFormatter(form, messages=messages).format(record)) is shown
