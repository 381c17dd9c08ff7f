"""Every setting, read once from the environment (and from `.env`), with its unit and default.

`NAME_FILE` works in place of `NAME` for each of them and names a file that holds the value. `SIGNFLOW_DEV=1`
alone allows generated secrets, the stand-in and plain http; everything else is production, which refuses to
start half-configured and names all that is missing, malformed or dangerous at once (signflow/dangers).
"""

from types import SimpleNamespace

from signflow.dangers import refuse
from signflow.settings.background import *  # noqa: F403
from signflow.settings.business import *  # noqa: F403
from signflow.settings.callbacks import *  # noqa: F403
from signflow.settings.environment import *  # noqa: F403
from signflow.settings.environment import malformed, missing
from signflow.settings.operations import *  # noqa: F403
from signflow.settings.people import *  # noqa: F403
from signflow.settings.privacy import *  # noqa: F403
from signflow.settings.stores import *  # noqa: F403
from signflow.settings.web import *  # noqa: F403

refuse(SimpleNamespace(**globals()), missing=missing, malformed=malformed)
