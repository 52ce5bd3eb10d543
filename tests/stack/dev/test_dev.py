"""What makes development comfortable and harmless: demo data, and mail that is caught."""

from __future__ import annotations

import json
import urllib.request

from tests.eventually import eventually
from tests.stack.stack import Stack


def asked(dev: Stack, path: str) -> str:
    """What the mailbox shows."""
    with urllib.request.urlopen(f"http://127.0.0.1:{dev.port('mailbox', 8025)}{path}", timeout=20) as response:
        return str(response.read().decode())


def demo_jobs(dev: Stack) -> dict[str, str]:
    """Those that the seed has made, by id: nobody's request has posted them."""
    listed = dev.ask("/jobs?limit=500").body["jobs"]
    return {job["id"]: job["created_at"] for job in listed if job["request_id"] is None}


async def test_demo_data_is_there_once_however_often_it_is_seeded(dev: Stack) -> None:
    before = demo_jobs(dev)
    assert len(before) > 10

    dev.devbox("run", "--rm", "seed")

    assert demo_jobs(dev) == before


async def test_mail_is_caught_and_shown(dev: Stack) -> None:
    subject = "Ärger & <b>mehr</b>"
    id = dev.submit("mail", {"to": "somebody@example.org", "subject": subject, "text": "See you.\n"})
    assert (await dev.ended(id))["status"] == "done"

    (message,) = [one for one in json.loads(asked(dev, "/messages")) if id in one["id"]]

    assert (message["to"], message["subject"], message["text"]) == (["somebody@example.org"], subject, "See you.\n")
    assert "Ärger &amp; &lt;b&gt;mehr&lt;/b&gt;" in asked(dev, "/")


async def test_a_mailbox_that_is_away_is_tried_again(dev: Stack) -> None:
    mailbox = dev.container("mailbox")
    mailbox.stop(timeout=5)
    id = dev.submit("mail", {"to": "later@example.org", "subject": "x", "text": "x"}, max_attempts=10)
    try:
        await eventually(lambda: dev.job(id)["attempts"] >= 1 and dev.job(id)["error"], timeout=60)
    finally:
        mailbox.start()
    assert (await dev.ended(id))["status"] == "done"


async def test_without_a_server_mail_fails_and_says_what_to_set(stage: Stack) -> None:
    id = stage.submit("mail", {"to": "somebody@example.org", "subject": "x", "text": "x"})
    job = await stage.ended(id)
    assert (job["status"], job["attempts"]) == ("failed", 1)
    assert job["error"] == "NotConfigured: no mail can be sent from here: SMTP_HOST is not set"
