import io

import pytest
from django.core.management import CommandError, call_command

from signing.models import SignatureRequest
from tests.signing.builders import ask


def rebuild(*arguments: str) -> str:
    out = io.StringIO()
    call_command("rebuild", "--check", *arguments, stdout=out)
    return out.getvalue()


def test_without_a_difference_it_says_so(opened, asha):
    opened(asha)
    assert rebuild() == "No difference in 1 requests.\n"


def test_each_difference_is_a_line_with_request_column_and_both_values(opened, asha, capsys):
    it = opened(asha)
    SignatureRequest.objects.update(setu_status="sign_pending")
    with pytest.raises(CommandError, match=r"1 differences in 1 requests\.") as end:
        call_command("rebuild", "--check")
    assert end.value.returncode == 1
    told = capsys.readouterr().out.splitlines()
    assert f"{it.request_id} setu_status: recorded nothing, live sign_pending" in told


def test_it_can_be_asked_about_some_requests_only(opened, asha):
    first, second = opened(asha), opened(asha)
    SignatureRequest.objects.filter(id=first.request_id).update(setu_status="sign_pending")
    assert rebuild(str(second.request_id)) == "No difference in 1 requests.\n"
    with pytest.raises(CommandError):
        rebuild(str(first.request_id))


def test_it_changes_nothing_and_there_is_no_other_way(manager, asha):
    ask(asha, by=manager)
    before = list(SignatureRequest.objects.values())
    rebuild()
    assert list(SignatureRequest.objects.values()) == before
    with pytest.raises(CommandError, match="--check"):
        call_command("rebuild")


def test_what_is_no_id_is_told_in_a_sentence(db):
    with pytest.raises(CommandError, match="not an id"):
        rebuild("seven")
