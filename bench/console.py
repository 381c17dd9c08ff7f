"""How fast the support console is at 100,000 requests: `python -m bench.console [requests]`.

Starts a PostgreSQL of its own (tests/servers.py), fills it by SQL, and asks for the pages a support person opens.
"""

import os
import statistics
import sys
import time

from tests import servers

GOAL_MS = 300
ROUNDS = 7

FILL = """
INSERT INTO core_organization (id, name, created_at)
    SELECT gen_random_uuid(), 'Organization ' || n, now() FROM generate_series(1, 500) n;
INSERT INTO core_user (id, password, is_superuser, username, is_staff, is_active, date_joined, role, full_name,
        token_version, organization_id)
    SELECT gen_random_uuid(), '!', false, 'person' || row_number() over (), false, true, now(),
        CASE WHEN n = 1 THEN 'manager' ELSE 'employee' END, 'Person ' || n, 0, o.id
    FROM core_organization o, generate_series(1, 20) n;
CREATE TEMPORARY TABLE place AS
    SELECT row_number() over () AS no, id, organization_id FROM core_user;
INSERT INTO signing_document (id, name, blob, size, pages, created_at, created_by_id, organization_id)
    SELECT gen_random_uuid(), (ARRAY['Offer letter', 'Lease', 'Supply contract', 'Non-disclosure agreement'])
        [1 + n %% 4] || ' ' || n, 'x', 50000, 4, now() - n * interval '1 minute', p.id, p.organization_id
    FROM generate_series(1, %(number)s) n JOIN place p ON p.no = 1 + n %% 10000;
INSERT INTO signing_signaturerequest (id, created_at, reason, asked, stage, status, ending, ending_reason, ended_at,
        setu_status, seen_look, confirmed_by, hint, bad_file, bad_file_times, cancel_reason, created_by_id, document_id,
        organization_id)
    SELECT gen_random_uuid(), d.created_at, '', 'x', s.stage, s.status, s.ending, '',
        CASE WHEN s.stage = 'ended' THEN now() END, '', 1, 'clock', '{}', '', 0, '', d.created_by_id, d.id,
        d.organization_id
    FROM (SELECT *, row_number() over () AS no FROM signing_document) d
    JOIN (VALUES (0, 'ended', 'sign_complete', 'sign_complete'), (1, 'submitted', 'sign_initiated', ''),
        (2, 'submitted', 'sign_pending', ''), (3, 'ended', 'cancelled', 'cancelled'))
        s(no, stage, status, ending) ON s.no = (CASE WHEN d.no %% 10 < 7 THEN 0 ELSE d.no %% 10 - 6 END);
UPDATE signing_signaturerequest SET stage = 'quarantined', status = 'quarantined', ending = ''
    WHERE id IN (SELECT id FROM signing_signaturerequest ORDER BY id LIMIT 40);
INSERT INTO signing_signer (id, no, display_name, pages, corner, height, width, setu_status, err_code, seen_look,
        request_id, user_id)
    SELECT gen_random_uuid(), n, 'Person', '[1]', 'bottom-left', 60, 180, 'pending', '', 1, r.id, p.id
    FROM (SELECT id, row_number() over () AS no FROM signing_signaturerequest) r, generate_series(1, 2) n, place p
    WHERE p.no = 1 + (r.no * 7 + n * 13) %% 10000;
INSERT INTO core_job (kind, subject, due_at, wanted, fence, crashes, failures, cause, last_error, dead_at)
    SELECT 'signing.request', id,
        CASE WHEN stage = 'submitted' THEN now() + random() * interval '3 hours' - CASE WHEN random() < 0.01
            THEN interval '4 hours' ELSE interval '0' END END,
        1, 1, 0, CASE WHEN random() < 0.005 THEN 3 ELSE 0 END, 'clock', '',
        CASE WHEN random() < 0.002 THEN now() END
    FROM signing_signaturerequest;
INSERT INTO core_event (chain, seq, kind, at, payload_digest, digest)
    SELECT id, n, 'look.changed', now(), 'x', 'x' FROM signing_signaturerequest, generate_series(1, 4) n;
INSERT INTO webhooks_inbounddelivery (digest, token_fingerprint, received_at, setu_id, setu_document_id, claimed_status,
        claimed_signers, size, request_id)
    SELECT 'd' || row_number() over (), 'x', now() - random() * interval '60 days', 'x', '', 'sign_pending', '{}', 900,
        CASE WHEN random() < 0.99 THEN id END
    FROM signing_signaturerequest, generate_series(1, 2);
"""


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with servers.postgres() as postgres:
        os.environ |= {"TEST_DATABASE_URL": postgres.url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        print(postgres.kind, flush=True)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        fill(number)
        return measure()


def fill(number: int) -> None:
    from django.db import connection

    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for statement in FILL.split(";\n"):
            if statement.strip():
                cursor.execute(statement, {"number": number})
        cursor.execute("ANALYZE")
        cursor.execute("RESET statement_timeout")
    print(f"{number:,} requests in {time.perf_counter() - began:.0f} s", flush=True)


def measure() -> int:
    from django.test import Client

    from core.models import User
    from signing.models import SignatureRequest, Signer

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.create_superuser("root", "x"))
    one = SignatureRequest.objects.order_by("created_at")[1000]
    person = Signer.objects.filter(request=one).select_related("user", "request__organization")[0]
    requests = "signing/signaturerequest/"
    pages = {
        "front page": "",
        "requests": requests,
        "requests, page 40": f"{requests}?p=40",
        "filter stuck": f"{requests}?trouble=stuck",
        "filter dead": f"{requests}?trouble=dead",
        "filter late": f"{requests}?trouble=late",
        "filter status sign_initiated": f"{requests}?status=sign_initiated",
        "filter status quarantined": f"{requests}?status=quarantined",
        "filter status expired (none)": f"{requests}?status=expired",
        "filter organization": f"{requests}?organization={person.request.organization.name}",
        "filter organization and stuck": f"{requests}?organization=Organization&trouble=stuck",
        "search id": f"{requests}?q={one.id}",
        "search document name": f"{requests}?q=contract 77",
        "search document name (none)": f"{requests}?q=zzzz",
        "search user name": f"{requests}?q={person.user.username}",
        "one request": f"{requests}{one.id}/change/",
        "jobs": "core/job/",
        "jobs dead": "core/job/?state=dead",
        "jobs late": "core/job/?state=late",
        "jobs planned": "core/job/?state=planned",
        "jobs idle": "core/job/?state=idle",
        "deliveries": "webhooks/inbounddelivery/",
        "deliveries unmatched": "webhooks/inbounddelivery/?match=no",
        "users": "core/user/",
        "users, search": "core/user/?q=person77",
        "one organization": f"core/organization/{person.request.organization_id}/change/",
    }
    slow = 0
    for name, path in pages.items():
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            answer = client.get(f"/admin/{path}")
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, (name, answer.status_code)
        middle, worst = statistics.median(times), max(times)
        slow += middle > GOAL_MS
        print(
            f"{name:<32} {middle:>6.0f} ms   worst {worst:>6.0f} ms{'   SLOW' if middle > GOAL_MS else ''}",
            flush=True,
        )
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
