"""Personal data and credentials in a text: what kind and where, never the thing itself in what is reported.

Checksums where the format has one: IBAN by ISO 13616 (mod 97), card numbers by Luhn, JSON web tokens by their header.
Keys of services go by their published prefixes; named credentials ("password = …") by their entropy.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

PII = ("email", "phone", "iban", "card", "ip")
SECRETS = (*("aws_key", "github_token", "google_key", "openai_key", "slack_token", "private_key", "jwt", "credential"),)
MIN_ENTROPY = 3.0

# Lengths by country, ISO 13616 registry; a wrong length is no IBAN even where the checksum happens to fit.
_IBANS = (
    "AD24 AE23 AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 EE20 ES24 FI18 FR27 GB22 GR27 HR21 HU28 IE22 IL23 "
    "IS26 IT27 LI21 LT20 LU20 LV21 MC27 MT31 NL18 NO15 PL28 PT25 RO24 SA24 SE24 SI19 SK24 SM27 TR26 UA29 "
    "VA22 BR29 KW30 QA29 "
)
_IBAN_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _IBANS.split()}


class Finding(NamedTuple):
    """A kind (of PII or SECRETS) at text[start:end]."""

    kind: str
    start: int
    end: int


def find(text: str) -> list[Finding]:
    """All findings, in order; where two overlap the earlier kind of SECRETS, then PII, stands."""
    found: list[Finding] = []
    for rule in _RULES:
        if rule.hint is not None and not rule.hint(text):
            continue
        for match in rule.pattern.finditer(text):
            start, end = match.span(rule.group)
            value = text[start:end]
            taken = any(start < other.end and other.start < end for other in found)
            if not taken and (rule.check is None or rule.check(value)):
                found.append(Finding(rule.kind, start, end))
    return sorted(found, key=lambda finding: finding.start)


def reason(found: list[Finding]) -> str | None:
    """What was found, by kind and number: "2 email, 1 card"; None for nothing."""
    counts = Counter(finding.kind for finding in found)
    return ", ".join(f"{counts[kind]} {kind}" for kind in (*SECRETS, *PII) if kind in counts) or None


def redacted(text: str, found: list[Finding] | None = None) -> str:
    """The text with [KIND] in place of every finding."""
    pieces, last = [], 0
    for finding in find(text) if found is None else found:
        pieces += [text[last : finding.start], f"[{finding.kind.upper()}]"]
        last = finding.end
    return "".join([*pieces, text[last:]])


def entropy(value: str) -> float:
    """Shannon entropy of the characters of a string, bits a character."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def luhn(digits: str) -> bool:
    """The check digit of card numbers (ISO/IEC 7812-1)."""
    doubled = [int(digit) * 2 if place % 2 else int(digit) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def iban_valid(value: str) -> bool:
    """Length for its country and checksum 1 modulo 97 (ISO 13616)."""
    compact = re.sub(r"\s", "", value).upper()
    if _IBAN_LENGTHS.get(compact[:2]) != len(compact):
        return False
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def _card(value: str) -> bool:
    digits = re.sub(r"\D", "", value)
    return 13 <= len(digits) <= 19 and digits[0] in "3456" and len(set(digits)) > 1 and luhn(digits)


def _phone(value: str) -> bool:
    digits = re.sub(r"\D", "", value)
    return 8 <= len(digits) <= 15 and len(set(digits)) > 2


def _address(value: str) -> bool:
    # C++ writes a::b, which would be an address too.
    if ":" in value and len([part for part in value.split(":") if part]) < 3:
        return False
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    # 127.0.0.1, 0.0.0.0 and the like name nobody; private networks still say something of somebody's.
    return not (address.is_loopback or address.is_unspecified or address.is_multicast or address.is_link_local)


def _token(value: str) -> bool:
    header = value.split(".")[0]
    try:
        decoded = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (binascii.Error, ValueError):
        return False
    return isinstance(decoded, dict) and "alg" in decoded


def _random(value: str) -> bool:
    return entropy(value) >= MIN_ENTROPY and "EXAMPLE" not in value.upper()


def _credential(value: str) -> bool:
    # Words and placeholders ("your_api_key_here", "os.environ[...]") have letters alone or say that they are none.
    placeholder = re.search(r"(?i)your|example|placeholder|xxx|<|\$\{|\(|\[|\*\*\*|\.\.\.", value)
    return not placeholder and bool(re.search(r"\d", value)) and bool(re.search(r"[A-Za-z]", value)) and _random(value)


class _Rule(NamedTuple):
    kind: str
    pattern: re.Pattern[str]
    check: Callable[[str], bool] | None = None
    hint: Callable[[str], bool] | None = None
    group: int = 0


def _has(*signs: str) -> Callable[[str], bool]:
    return lambda text: any(sign in text for sign in signs)


def _rules() -> Iterator[_Rule]:
    edge, no_edge = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9_-])"
    begin, end = r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----", r"-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----"
    block = rf"{begin}(?s:.*?)(?:{end}|\Z)"
    yield _Rule("private_key", re.compile(block), None, _has("PRIVATE KEY"))
    token = rf"{edge}eyJ[\w-]{{8,}}\.eyJ[\w-]{{4,}}\.[\w-]*"
    yield _Rule("jwt", re.compile(token), _token, _has("eyJ"))
    yield _Rule("aws_key", re.compile(rf"{edge}(?:AKIA|ASIA)[A-Z0-9]{{16}}{no_edge}"), _random, _has("AKIA", "ASIA"))
    github = rf"{edge}(?:gh[pousr]_[A-Za-z0-9]{{36,255}}|github_pat_\w{{60,255}}){no_edge}"
    yield _Rule("github_token", re.compile(github), _random, _has("gh", "github_pat_"))
    yield _Rule("google_key", re.compile(rf"{edge}AIza[\w-]{{35}}{no_edge}"), _random, _has("AIza"))
    slack = rf"{edge}(?:xox[abeoprs]-[\w-]{{10,}}|xapp-[\w-]{{10,}})|hooks\.slack\.com/services/[\w/]{{20,}}"
    yield _Rule("slack_token", re.compile(slack), _random, _has("xox", "xapp-", "hooks.slack"))
    yield _Rule("openai_key", re.compile(rf"{edge}sk-[\w-]{{20,}}"), _random, _has("sk-"))
    named = (
        r"(?i)(?:api[_-]?key|secret(?:[_-]?(?:access[_-]?)?key)?|access[_-]?token|auth[_-]?token|passw(?:or)?d|pwd)"
        r"[\"']?\s*[:=]\s*[\"']?([^\s\"',;]{10,200})"
    )
    yield _Rule("credential", re.compile(named), _credential, _has(":", "="), 1)
    mail = r"(?<![\w.+-])[\w.+-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}(?![\w-])"
    yield _Rule("email", re.compile(mail), None, _has("@"))
    iban = r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])"
    digits = re.compile(r"\d").search
    yield _Rule("iban", re.compile(iban), iban_valid, lambda text: bool(digits(text)))
    card = r"(?<![\w.-])(?<!\d )\d(?:[ -]?\d){12,18}(?![\w-])(?!\.\d)"
    yield _Rule("card", re.compile(card), _card, lambda text: bool(digits(text)))
    four = r"(?<![\w.])(?<!version )(?<!Version )\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)(?!\.\w)"
    yield _Rule("ip", re.compile(four), _address, _has("."))
    six = r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:|:){2,7}(?::|[0-9A-Fa-f]{1,4})(?![\w:])"
    yield _Rule("ip", re.compile(six), _address, _has(":"))
    # With a country code, or an area code set apart: bare runs of digits are too often something else.
    phone = r"(?<![\w.+-])(?<!\d )(?:\+|00)[1-9]\d{0,2}(?:[ ./-]?\(?\d{1,5}\)?){2,6}(?![\w-])"
    yield _Rule("phone", re.compile(phone), _phone, _has("+", "00"))
    american = r"(?<![\w.+-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[.-])[2-9]\d{2}[ .-]\d{4}(?![\w-])(?!\.\d)"
    yield _Rule("phone", re.compile(american), _phone, lambda text: bool(digits(text)))


_RULES = tuple(_rules())
