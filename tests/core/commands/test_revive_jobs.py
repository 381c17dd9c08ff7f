"""Support gives dead jobs their tries back."""

import io
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from core.models import Job
from tests.core.bells import make_job

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("revive_jobs", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def dead(worked) -> Job:
    return make_job(uuid4(), dead_at=Now(), crashes=6, last_error="OSError")


def test_r20_dead_jobs_are_listed_and_left_alone(dead):
    assert said("--list") == f"tests.kind {dead.subject}: OSError\n1 dead.\n"
    dead.refresh_from_db()
    assert dead.dead_at


def test_r20_dead_jobs_are_revived(dead):
    living = make_job(uuid4())
    assert said().endswith("1 revived.\n")
    dead.refresh_from_db()
    assert (dead.dead_at, dead.crashes, dead.cause) == (None, 0, "support")
    living.refresh_from_db()
    assert living.cause == ""


def test_only_those_that_are_named_are_revived(dead):
    assert said(str(uuid4())) == "0 revived.\n"
