import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.test import Client

from core.events import event_append
from core.models import Job, Role, User
from core.origin import coming_from
from core.services.sessions import user_sign_in
from core.services.users import user_create
from signing.models import SignatureRequest, Submission
from signing.services.cancel import request_cancel
from signing.services.documents import document_create
from tests.builders import PASSWORD, make_pdf
from tests.console.conftest import desk, root  # noqa: F401  # fixtures
from tests.privacy.person import BORN, FULL_NAME, HERS, USERNAME, asked
from tests.signing.conftest import opened, run_due  # noqa: F401  # fixtures


@pytest.fixture
def zarina(manager) -> User:
    return user_create(
        organization=manager.tenant,
        by=manager,
        username=USERNAME,
        password=PASSWORD,
        role=Role.MANAGER,
        full_name=FULL_NAME,
        dob=BORN,
    )


@pytest.fixture
def story(world, run_due, manager, zarina, ravi) -> list[SignatureRequest]:  # noqa: F811
    """Everything a person can leave: signed, cancelled, asked, uploaded, signed in; rows about them by others."""
    signed = asked(
        manager, zarina, ravi, title=f"Offer for {FULL_NAME}", reason=f"{FULL_NAME} joins, hello Zarina"
    )
    cancelled = asked(manager, zarina, title="Lease", reason="zarinaquill's flat")
    about = asked(manager, ravi, title=f"{FULL_NAME}: reference", reason=f"About {FULL_NAME}")
    hers = asked(zarina, ravi, title="Her plan", reason="QUILLFEATHER's plan")
    document_create(by=zarina, name="Zarina's draft", content=make_pdf(9))
    run_due()
    request_cancel(request=cancelled, by=manager, reason=f"{USERNAME} moved")
    request_cancel(request=about, by=manager, reason=f"{FULL_NAME} asked for it")
    request_cancel(request=hers, by=zarina, reason="Zarina said so")
    run_due()
    submission = Submission.objects.get(request=signed)
    for link in submission.links.order_by("signer__no"):
        world.sign(submission.setu_id, link.setu_signer_id)
    Job.objects.update(due_at="2020-01-01T00:00Z", rest_until=None)
    run_due()
    # As earlier releases wrote them.
    event_append(chain=cancelled.id, kind="request.cancel_asked", actor=manager, reason=f"{USERNAME} moved")
    event_append(
        chain=about.id, kind="request.cancel_asked", actor=manager, reason=f"{FULL_NAME} asked for it"
    )
    User.objects.filter(id=zarina.id).update(is_staff=True)
    with coming_from(lambda: HERS):
        user_sign_in(username=USERNAME, password=PASSWORD)
        user_create(
            organization=manager.tenant, by=zarina, username="newcomer", password=PASSWORD, role=Role.EMPLOYEE
        )
    client = Client()
    client.force_login(zarina)
    LogEntry.objects.create(user=manager, action_flag=CHANGE, object_id=str(zarina.id), object_repr=USERNAME)
    return [signed, cancelled, about, hers]
