"""Sizes, durations and numbers as Compose writes them. ValueError says what is wrong."""

from __future__ import annotations

import re
import struct
from decimal import Decimal

_SIZE = re.compile(r"([0-9]*\.?[0-9]*)( ?)([A-Za-z]*)", re.ASCII)
_SCALE = {letter: 1024 ** (power + 1) for power, letter in enumerate("kmgtp")}
_DURATION = re.compile(r"([0-9]*\.?[0-9]*)(ns|us|µs|μs|ms|s|m|h|d|w)", re.ASCII)
_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
    "w": 604_800_000_000_000,
}
_LARGEST = 2**63 - 1


def size(text: str) -> int:
    """Bytes of "64m", "1.5gb", "512 KiB", "1024"."""
    match = _SIZE.fullmatch(text.strip())
    digits = match[1] if match else ""
    if not match or not any(c.isdigit() for c in digits):
        raise ValueError(f'"{text}" is no size')
    suffix = match[3].lower()
    if suffix in ("", "b"):
        scale = 1
    elif suffix[0] in _SCALE and suffix[1:] in ("", "b", "ib"):
        scale = _SCALE[suffix[0]]
    else:
        raise ValueError(f'"{text}" is no size')
    amount = int(Decimal(digits) * scale)
    if amount > _LARGEST:
        raise ValueError(f'"{text}" is too large')
    return amount


def duration(text: str) -> int:
    """Nanoseconds of "1m30s", "1.5h", "2d", "0"."""
    body = text.removeprefix("-").removeprefix("+")
    if body == "0":
        return 0
    total, at = Decimal(0), 0
    while at < len(body):
        match = _DURATION.match(body, at)
        if not match or match[1] in ("", "."):
            raise ValueError(f'"{text}" is no duration')
        total += Decimal(match[1]) * _NANOSECONDS[match[2]]
        at = match.end()
    if not body or total > _LARGEST:
        raise ValueError(f'"{text}" is no duration')
    return -int(total) if text.startswith("-") else int(total)


def spell(nanoseconds: int) -> str:
    """A duration as Compose prints it: 1m30s, 1h0m0s, 1.5s, 10µs."""
    sign, left = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if left == 0:
        return "0s"
    if left < 1_000_000_000:
        unit = "ns" if left < 1_000 else "µs" if left < 1_000_000 else "ms"
        return f"{sign}{_fraction(left, _NANOSECONDS[unit])}{unit}"
    minutes, rest = divmod(left, 60_000_000_000)
    seconds = _fraction(rest, 1_000_000_000)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{sign}{hours}h{minutes}m{seconds}s"
    return f"{sign}{minutes}m{seconds}s" if minutes else f"{sign}{seconds}s"


def _fraction(amount: int, unit: int) -> str:
    whole, rest = divmod(amount, unit)
    if not rest:
        return str(whole)
    return f"{whole}." + str(rest).rjust(len(str(unit)) - 1, "0").rstrip("0")


def number_text(value: int | float) -> str:
    """A number as text, the way a Go program prints it: 3.1, 1e+06."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    if value == 0:
        return "0"
    sign, figures, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, figures))
    power = len(digits) + int(exponent) - 1
    minus = "-" if sign else ""
    if power < -4 or power >= 6:
        mantissa = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
        return f"{minus}{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if int(exponent) >= 0:
        return minus + digits + "0" * int(exponent)
    if power >= 0:
        return f"{minus}{digits[: power + 1]}.{digits[power + 1 :]}"
    return f"{minus}0.{'0' * (-power - 1)}{digits}"


def single(value: float) -> int | float:
    """A number at the single precision that Compose keeps CPUs in, as short as that precision allows."""
    if abs(value) > 3e38:
        raise ValueError(f"{value} is too large")
    exact = struct.unpack("f", struct.pack("f", value))[0]
    for digits in range(1, 10):
        short = float(f"{exact:.{digits}g}")
        if struct.unpack("f", struct.pack("f", short))[0] == exact:
            return int(short) if short.is_integer() else short
    return float(exact)
