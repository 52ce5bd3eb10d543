"""Mail, handed to the SMTP server of the environment."""

from __future__ import annotations

import smtplib
from email.errors import HeaderParseError
from email.message import EmailMessage

from jobs.settings import Settings

_SECONDS = 10.0


def compose(settings: Settings, id: str, *, to: str, subject: str, text: str) -> EmailMessage:
    """The message to one address, which bears the same id if it is sent twice; ValueError for what fits no header."""
    message = EmailMessage()
    try:
        message["From"], message["To"], message["Subject"] = settings.mail_from, to.strip(), subject.strip()
    except (HeaderParseError, IndexError) as error:
        raise ValueError(str(error)) from error
    if len(message["To"].addresses) != 1 or not message["To"].addresses[0].domain:
        raise ValueError(f"{to!r} is not one address")
    message["Message-ID"] = f"<{id}@{settings.mail_from.rpartition('@')[2]}>"
    message.set_content(text)
    return message


def send(settings: Settings, message: EmailMessage) -> None:
    """Hand it over; blocks. OSError or SMTPException where that cannot be done."""
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_SECONDS) as server:
        server.send_message(message)
