"""The main job, over HTTP, with jobs worked in this thread."""

import io

from pyhanko.pdf_utils.reader import PdfFileReader

from tests.builders import make_pdf, reloaded


def test_a_contract_is_uploaded_signed_by_two_and_downloaded(
    world, run_due, as_user, manager, asha, ravi, client
):
    boss = as_user(manager)
    document = boss.upload(make_pdf()).json()
    asked = boss.ask(document["id"], [asha, ravi])
    assert asked.status_code == 201, asked.content
    assert asked.json()["status"] == "queued"

    run_due()
    row = as_user(asha).get("dashboard/").json()[0]
    assert row["status"] == "sign_initiated"
    release = client.get(row["signers"][0]["signer_url"].removeprefix("http://localhost:8000"))
    assert release.status_code == 303

    (at_setu,) = world.requests()
    world.sign(at_setu["id"], at_setu["signers"][0]["id"])
    run_due()
    assert reloaded(row["signature_id"]).status == "sign_pending"

    world.sign(at_setu["id"], at_setu["signers"][1]["id"])
    run_due()
    assert reloaded(row["signature_id"]).status == "sign_complete"

    link = as_user(ravi).get(f"download/{row['signature_id']}/").json()["downloadUrl"]
    file = client.get(link.removeprefix("http://localhost:8000"))
    assert file["Content-Disposition"].startswith("attachment")
    signed = PdfFileReader(io.BytesIO(b"".join(file.streaming_content)))
    assert len(signed.embedded_signatures) == 2
