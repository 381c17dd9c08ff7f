from tests.console.conftest import desk, root  # noqa: F401  # fixtures
from tests.signing.conftest import opened, run_due  # noqa: F401  # fixtures
