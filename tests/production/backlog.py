"""`python -m tests.production.backlog NUMBER`: so many open requests that are due, in the database the environment
names and at the stand-in. Prints a line of JSON each, the longest due first: id, id at Setu, a signer's id there.
"""

import json
import sys

import django

django.setup()

from bench import data
from core.clock import after
from core.models import Job


def main() -> None:
    at_setu = data.created_at_setu(int(sys.argv[1]))
    requests = data.requests_make(data.office("Backlog"), len(at_setu), at_setu=at_setu)
    for no, (request, made) in enumerate(zip(requests, at_setu, strict=True)):
        Job.objects.filter(subject=request.id).update(due_at=after(no - len(requests)))
        print(json.dumps([str(request.id), made["id"], made["signers"][0]["id"]]))  # noqa: T201  # its answer


if __name__ == "__main__":
    main()
