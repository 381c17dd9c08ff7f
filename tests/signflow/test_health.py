from uuid import UUID

import pytest
from django.db import connection
from django.db.models.functions import Now

from core.clock import after
from core.models import Job


def test_the_process_is_up_without_asking_the_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_with_nothing_to_do_all_is_well(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "oldest_due_seconds": 0.0,
        "dead_jobs": 0,
    }


def due_since(seconds: float, number: int = 1, **fields: object) -> None:
    job = Job.objects.create(kind="tests.kind", subject=UUID(int=number))
    Job.objects.filter(id=job.id).update(due_at=after(-seconds), **fields)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seconds", "status"), [(5, "ok"), (110, "ok"), (130, "degraded"), (9000, "degraded")]
)
def test_work_that_nobody_does_is_told_but_callbacks_are_still_taken(seconds, status, client):
    due_since(seconds)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, status)
    assert seconds <= answer.json()["oldest_due_seconds"] < seconds + 5


@pytest.mark.django_db
def test_the_oldest_job_counts(client):
    due_since(10, number=1)
    due_since(700, number=2)
    assert client.get("/readyz").json()["oldest_due_seconds"] >= 700


@pytest.mark.django_db
def test_what_is_worked_dead_or_not_due_does_not_count(client):
    due_since(900, number=1, leased_until=after(30))
    due_since(900, number=2, dead_at=Now())
    due_since(-900, number=3)
    assert client.get("/readyz").json()["oldest_due_seconds"] == 0


@pytest.mark.django_db
def test_a_job_whose_worker_died_counts(client):
    due_since(900, leased_until=after(-30))
    assert client.get("/readyz").json()["status"] == "degraded"


@pytest.mark.django_db(transaction=True)
def test_without_a_database_the_answer_is_503(client):
    connection.close()
    name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = "no/such/database"
    try:
        answer = client.get("/readyz")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "does not answer"}


def test_dead_jobs_are_counted_and_degrade(client, db):
    due_since(1, dead_at=after(0))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["dead_jobs"]) == (200, "degraded", 1)
