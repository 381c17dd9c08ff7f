"""The people of the authorization matrix, and tokens that stand for a session which is none."""

from datetime import timedelta

import pytest
from ninja_jwt.tokens import AccessToken

from core.auth import tokens_for
from core.models import User
from core.services.sessions import user_end_sessions
from core.storage import blob_keep
from signing.models import SignatureRequest, SignedFile
from tests.builders import make_employee, make_manager, make_request


@pytest.fixture
def people(manager, asha, ravi, stranger) -> dict[str, User | None]:
    return {
        "anonymous": None,
        "signer": asha,
        "manager": manager,
        "colleague": ravi,
        "stranger": stranger,
        "stranger_employee": make_employee("lila", organization=stranger.tenant),
        "superuser": User.objects.create_superuser("root", "x"),
    }


@pytest.fixture
def no_sessions(manager) -> dict[str, str]:
    """Managers' tokens that were good once, or are good for something else."""
    locked, ended = (make_manager(name, organization=manager.tenant) for name in ("locked", "ended"))
    access, refresh = tokens_for(manager)
    expired = AccessToken(access)
    expired.set_exp(lifetime=timedelta(seconds=-1))
    tokens = {
        "disabled": tokens_for(locked)[0],
        "expired": str(expired),
        "refresh_as_access": refresh,
        "old_version": tokens_for(ended)[0],
    }
    User.objects.filter(id=locked.id).update(is_active=False)
    user_end_sessions(user=ended)
    return tokens


@pytest.fixture
def request_row(manager, asha) -> SignatureRequest:
    """A completed request."""
    request = make_request(by=manager, signers=[asha], stage="ended", ending="sign_complete")
    blob = blob_keep(organization_id=manager.tenant.id, content=b"%PDF-")
    SignedFile.objects.create(request=request, blob=blob, sha256="0" * 64, size=5, signatures=1)
    return request
