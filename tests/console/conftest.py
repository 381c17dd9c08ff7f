import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core.models import User
from tests.signing.conftest import opened, run_due  # noqa: F401  # fixtures


class Desk:
    """A support person at the console: reads pages, and does things the way its forms do."""

    def __init__(self, user: User) -> None:
        self.user, self._client = user, Client()
        self._client.force_login(user)

    def get(self, path: str = "", **query: Any) -> str:
        answer = self._client.get(f"/admin/{path}", query)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.content.decode()

    def post(self, path: str, data: dict[str, Any]) -> Any:
        return self._client.post(f"/admin/{path}", data, follow=True)

    def asked(self, model: str, action: str, *rows: Any, **more: Any) -> str:
        """The page that asks before an action is carried out."""
        data = {"action": action, "_selected_action": [str(row.pk) for row in rows]} | more
        return str(self.post(f"{model}/", data).content.decode())

    def act(self, model: str, action: str, *rows: Any, **more: Any) -> list[str]:
        """Carry an action out. Returns what the console then says."""
        page = self.asked(model, action, *rows, confirmed="yes", **more)
        return [
            re.sub(r"<[^>]+>", "", each).strip()
            for each in re.findall(r'<li class="[a-z]+">(.*?)</li>', page)
        ]


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root", "correct horse battery staple")


@pytest.fixture
def desk(root: User) -> Desk:
    return Desk(root)


@pytest.fixture
def statements(django_assert_max_num_queries: Any) -> Callable[[Callable[[], object]], int]:
    """How many SQL statements something takes."""

    def count(work: Callable[[], object]) -> int:
        with django_assert_max_num_queries(200) as seen:
            work()
        return len(seen)

    return count
