"""What the environment says: every setting is NAME, or NAME_FILE with the path of a file that holds it (a secret)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class SettingError(Exception):
    """A setting is missing or wrong; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Times in seconds. Passwords stay out of the repr, and so out of every log."""

    database_host: str = "postgres"
    database_port: int = 5432
    database_name: str = "jobs"
    database_user: str = "jobs"
    database_password: str = field(default="", repr=False)
    redis_host: str = "redis"
    redis_port: int = 6379
    redis_password: str = field(default="", repr=False)

    version: str = "unknown"
    revision: str = "unknown"
    """Of this application; the image knows both."""
    service_name: str = ""
    traces_endpoint: str = ""
    logs_endpoint: str = ""
    """Where traces and logs go by OTLP/HTTP, under which name; empty: nowhere."""
    log_level: str = "INFO"
    host: str = "0.0.0.0"
    port: int = 8000
    metrics_port: int = 9000
    """Where a worker serves /metrics, 0: nowhere. The API does so on its own port."""
    check_timeout: float = 1.0
    """How long a readiness check waits for PostgreSQL or Redis."""
    request_timeout: float = 3.0
    """How long a request waits for them."""

    job_timeout: float = 60.0
    retry_delay: float = 1.0
    """Before the second attempt; doubles with each further one."""
    stop_grace: float = 10.0
    """How long a stopping worker lets its job go on before giving it back."""
    pulse_file: str = "/tmp/worker.pulse"

    smtp_host: str = ""
    """Who takes mail; empty: nobody, and jobs that send some fail."""
    smtp_port: int = 25
    mail_from: str = "jobs@localhost"

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Read from environment variables; an unset or empty one means the default."""
        default = cls()
        return cls(
            database_host=_text(environ, "DATABASE_HOST", default.database_host),
            database_port=_whole(environ, "DATABASE_PORT", default.database_port),
            database_name=_text(environ, "DATABASE_NAME", default.database_name),
            database_user=_text(environ, "DATABASE_USER", default.database_user),
            database_password=_text(environ, "DATABASE_PASSWORD", ""),
            redis_host=_text(environ, "REDIS_HOST", default.redis_host),
            redis_port=_whole(environ, "REDIS_PORT", default.redis_port),
            redis_password=_text(environ, "REDIS_PASSWORD", ""),
            version=_text(environ, "APP_VERSION", default.version),
            revision=_text(environ, "APP_REVISION", default.revision),
            service_name=_text(environ, "OTEL_SERVICE_NAME", ""),
            traces_endpoint=_address(environ, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
            logs_endpoint=_address(environ, "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"),
            log_level=_text(environ, "LOG_LEVEL", default.log_level).upper(),
            host=_text(environ, "HOST", default.host),
            port=_whole(environ, "PORT", default.port),
            metrics_port=_whole(environ, "METRICS_PORT", default.metrics_port),
            check_timeout=_seconds(environ, "CHECK_TIMEOUT", default.check_timeout),
            request_timeout=_seconds(environ, "REQUEST_TIMEOUT", default.request_timeout),
            job_timeout=_seconds(environ, "JOB_TIMEOUT", default.job_timeout),
            retry_delay=_seconds(environ, "RETRY_DELAY", default.retry_delay),
            stop_grace=_seconds(environ, "STOP_GRACE", default.stop_grace),
            pulse_file=_text(environ, "PULSE_FILE", default.pulse_file),
            smtp_host=_text(environ, "SMTP_HOST", ""),
            smtp_port=_whole(environ, "SMTP_PORT", default.smtp_port),
            mail_from=_text(environ, "MAIL_FROM", default.mail_from),
        )


def _text(environ: Mapping[str, str], name: str, default: str) -> str:
    given, path = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if given and path:
        raise SettingError(f"{name} and {name}_FILE are both set: give one of them")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            raise SettingError(f"{name}_FILE: cannot read {path}: {error.strerror}") from error
    return given or default


def _address(environ: Mapping[str, str], name: str) -> str:
    text = _text(environ, name, "")
    if text and not text.startswith(("http://", "https://")):
        raise SettingError(f"{name}: {text!r} is not an address that begins with http:// or https://")
    return text


def _whole(environ: Mapping[str, str], name: str, default: int) -> int:
    text = _text(environ, name, str(default))
    try:
        return int(text)
    except ValueError as error:
        raise SettingError(f"{name}: {text!r} is not a whole number") from error


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    text = _text(environ, name, str(default))
    try:
        seconds = float(text)
    except ValueError as error:
        raise SettingError(f"{name}: {text!r} is not a number of seconds") from error
    if not 0 < seconds < float("inf"):
        raise SettingError(f"{name}: {text!r} must be a number of seconds above 0")
    return seconds
