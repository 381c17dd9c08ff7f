"""`manage.py check` tells the dangers that `signflow/dangers` lists; `--deploy` the warnings among them too."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Warned

from core import checks
from signflow import dangers


@register(Tags.security)
def errors(app_configs: Any, **more: Any) -> list[CheckMessage]:
    return [Error(one.says, hint=one.hint, id=one.id) for one in dangers.found(settings) if one.stops]


@register(Tags.security, deploy=True)
def warnings(app_configs: Any, **more: Any) -> list[CheckMessage]:
    return [Warned(one.says, hint=one.hint, id=one.id) for one in dangers.found(settings) if not one.stops]


@checks.register("settings")
def dangerous_settings() -> checks.Outcome:
    """The doctor's question. Production has not started with an error, unless its settings were changed since."""
    told = dangers.found(settings)
    if not told:
        return checks.ok("None is dangerous.")
    says = " ".join(f"{one.says} ({one.id})" for one in told)
    level = checks.fault if any(one.stops for one in told) else checks.warn
    return level(says, " ".join(one.hint for one in told))
