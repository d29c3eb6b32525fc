"""Personal data and credentials: found with their checksums, and never repeated."""

from __future__ import annotations

import base64
import random
import string
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.text.secrets import Finding, entropy, find, iban_valid, luhn, reason, redacted


def noise(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(random.Random(length).choices(alphabet, k=length))


def token() -> str:
    parts = ['{"alg":"HS256","typ":"JWT"}', '{"sub":"1234567890"}']
    return ".".join([*(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts), noise(43)])


# Put together here, so that no scanner of this repository finds a key.
FOUND = [
    ("email", "anna.müller+news@mail.example-firm.de"),
    ("phone", "+49 (0)30 901820"),
    ("phone", "+1-415-555-2671"),
    ("phone", "(415) 555-2671"),
    ("iban", "DE89 3704 0044 0532 0130 00"),
    ("iban", "GB82WEST12345698765432"),
    ("card", "4111 1111 1111 1111"),
    ("card", "5500-0000-0000-0004"),
    ("card", "378282246310005"),
    ("ip", "203.0.113.77"),
    ("ip", "192.168.1.10"),
    ("ip", "2001:db8:85a3::8a2e:370:7334"),
    ("aws_key", "AKIA" + noise(16, string.ascii_uppercase + string.digits)),
    ("github_token", "ghp_" + noise(36)),
    ("github_token", "github_pat_" + noise(82)),
    ("google_key", "AIza" + noise(35)),
    ("openai_key", "sk-proj-" + noise(48)),
    ("openai_key", "sk-" + noise(48)),
    ("slack_token", "xoxb-" + noise(40)),
    ("private_key", f"-----BEGIN RSA PRIVATE KEY-----\n{noise(64)}\n-----END RSA PRIVATE KEY-----"),
    ("jwt", token()),
]
CLEAN = [
    "Version 1.2.3.4 of the tool listens on 127.0.0.1 and 0.0.0.0.",
    "999.1.1.1 and 1.2.3 are no addresses, 12:30:45 is a time, and a::b is C++.",
    "The order 4111111111111112 fails the check; so does DE89 3704 0044 0532 0130 01.",
    "In 2024-05-01 there were 1,234,567.89 of 1234567890123 items, 0000000000000000 none.",
    "Call me maybe, at 5 or 6, @home; a@b is no address.",
    "pi is 3.14159265358979 and 100.200.300 is a number of a sort",
    "password: your_password_here1, api_key = os.environ['KEY1'], secret: correcthorsebattery",
    "task-force-of-the-risk-averse-committee and sk-aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "AKIAIOSFODNN7EXAMPLE stands in the manual",
    "eyJhbGciOi is the beginning of many tokens; eyJub3QtanNvbg.eyJub3Q.abc is none",
    "👍 שלום +++ 00 ::",
]


@pytest.mark.parametrize(("kind", "value"), FOUND)
def test_what_is_found_and_where(kind: str, value: str) -> None:
    text = f"Look: {value} 👍 and more."
    found = find(text)

    assert found == [Finding(kind, 6, 6 + len(value))]
    assert reason(found) == f"1 {kind}"
    assert redacted(text) == f"Look: [{kind.upper()}] 👍 and more."


@pytest.mark.parametrize("text", CLEAN)
def test_what_only_looks_like_it(text: str) -> None:
    assert find(text) == []
    assert reason([]) is None
    assert redacted(text) == text


def test_named_credentials_by_their_entropy() -> None:
    value = noise(24)
    text = f'password = "{value}"'
    [found] = find(text)

    assert found.kind == "credential"
    assert text[found.start : found.end] == value
    assert find('password = "aaaaaaaaaaa1"') == []


def test_a_reason_never_repeats_what_was_found() -> None:
    text = " and ".join(value for _, value in FOUND)
    found = find(text)

    assert len(found) == len(FOUND)
    said = reason(found)
    assert said is not None
    assert not any(value in said for _, value in FOUND)
    assert said.startswith("1 aws_key, 2 github_token")
    assert not any(value in redacted(text) for _, value in FOUND)


@given(st.integers(10**11, 10**12 - 1))
def test_exactly_one_check_digit_passes_luhn(number: int) -> None:
    assert sum(luhn(f"{number}{digit}") for digit in range(10)) == 1


def test_ibans() -> None:
    assert iban_valid("NL91 ABNA 0417 1643 00")
    assert iban_valid("fr1420041010050500013m02606")
    assert not iban_valid("NL91 ABNA 0417 1643 01")
    assert not iban_valid("XX91 ABNA 0417 1643 00")


def test_entropy() -> None:
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2


@given(st.text(max_size=80))
def test_findings_lie_in_the_text_in_order_and_apart(text: str) -> None:
    found = find(text)

    assert all(0 <= finding.start < finding.end <= len(text) for finding in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
