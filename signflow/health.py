"""Is this process up (`/healthz`), and can it serve (`/readyz`)?"""

from django.db import Error as AnyDatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse

from core.selectors import job_dead_count, job_oldest_due_seconds

DUE_SECONDS_MAX = 120  # a job that has been due for longer means that no worker or clock runs


def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """503 only if the database fails: callbacks are taken as long as they can be kept."""
    try:
        connection.ensure_connection()
        late, dead = job_oldest_due_seconds(), job_dead_count()
    except AnyDatabaseError:
        return JsonResponse({"status": "down", "database": "does not answer"}, status=503)
    degraded = late > DUE_SECONDS_MAX or dead > 0
    body = {
        "status": "degraded" if degraded else "ok",
        "database": "ok",
        "oldest_due_seconds": round(late, 1),
        "dead_jobs": dead,
    }
    return JsonResponse(body)
