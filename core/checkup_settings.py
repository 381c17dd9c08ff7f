"""The doctor's question about the shape it runs in; dangerous settings are signflow/dangers' business."""

from django.conf import settings

from core.checks import Outcome, ok, register, warn


@register("mode")
def mode() -> Outcome:
    shape = "one process (no REDIS_URL)" if settings.EMBEDDED else "web, worker and clock processes"
    if settings.DEV:
        return warn(
            f"Development, {shape}: secrets may be generated, http is allowed.",
            "In production leave SIGNFLOW_DEV unset.",
        )
    return ok(f"Production, {shape}.")
