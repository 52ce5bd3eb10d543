"""Catches mail in development: SMTP on one port, what has come as a page and as JSON on the other. Keeps the last 200.

GET    /            the page
GET    /messages    [{"id", "from", "to", "subject", "text", "received"}], newest first
DELETE /messages    forgets them
"""

from __future__ import annotations

import asyncio
import html
from collections import deque
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

SMTP_PORT, HTTP_PORT, KEPT = 1025, 8025, 200

_PAGE = """<!doctype html><meta charset="utf-8"><title>Mailbox</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
article { border-top: 1px solid #ccc; padding: 1rem 0 } small { color: #666 } pre { white-space: pre-wrap }
</style>
"""


class Mailbox:
    """The messages, newest first; aiosmtpd hands them in."""

    def __init__(self) -> None:
        self.messages: deque[dict[str, Any]] = deque(maxlen=KEPT)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep one message."""
        content = envelope.content or b""
        message = message_from_bytes(content if isinstance(content, bytes) else content.encode(), policy=policy.default)
        body = message.get_body(("plain", "html"))
        text = body.get_content() if body else ""
        self.messages.appendleft(
            {
                "id": str(message["Message-ID"] or ""),
                "from": envelope.mail_from,
                "to": envelope.rcpt_tos,
                "subject": str(message["Subject"] or ""),
                "text": text.replace("\r\n", "\n"),
                "received": datetime.now(UTC).isoformat(timespec="seconds"),
            }
        )
        return "250 kept"


def pages(mailbox: Mailbox) -> Starlette:
    """What a browser and a test ask."""

    async def page(request: Request) -> HTMLResponse:
        return HTMLResponse(_PAGE + ("".join(map(_shown, mailbox.messages)) or "<p>No mail yet."))

    async def listed(request: Request) -> Response:
        if request.method == "DELETE":
            mailbox.messages.clear()
            return Response(status_code=204)
        return JSONResponse(list(mailbox.messages))

    return Starlette(routes=[Route("/", page), Route("/messages", listed, methods=["GET", "DELETE"])])


def _shown(message: dict[str, Any]) -> str:
    told = {name: html.escape(str(message[name])) for name in ("from", "subject", "text", "received")}
    to = html.escape(", ".join(message["to"]))
    return (
        f"<article><b>{told['subject'] or '(no subject)'}</b><br>"
        f"<small>{told['received']} · {told['from']} → {to}</small><pre>{told['text']}</pre></article>"
    )


async def serve() -> None:
    """Take mail and show it until SIGTERM or SIGINT."""
    mailbox = Mailbox()
    loop = asyncio.get_running_loop()
    taking = await loop.create_server(lambda: SMTP(mailbox, hostname="mailbox", loop=loop), "", SMTP_PORT)
    async with taking:
        await uvicorn.Server(uvicorn.Config(pages(mailbox), host="0.0.0.0", port=HTTP_PORT, access_log=False)).serve()


if __name__ == "__main__":
    asyncio.run(serve())
