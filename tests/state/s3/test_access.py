"""Which addresses and which variables an S3 state takes."""

from pathlib import Path

import pytest

from segsync.errors import UsageError
from segsync.state.locate import backend_at
from segsync.state.s3.access import access, bucket_and_key

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s3cret/key"}


def refusal(address: str = "s3://bucket/key", **variables: str) -> UsageError:
    with pytest.raises(UsageError) as refused:
        backend_at(address, {**KEYS, **variables})
    assert "s3cret" not in refused.value.message + refused.value.hint
    return refused.value


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("s3://bucket/key", ("bucket", "key")),
        ("S3://my.bucket-1/team/segsync.state.json", ("my.bucket-1", "team/segsync.state.json")),
        ("s3://bucket/a b/ж%20+~.locked", ("bucket", "a b/ж%20+~.locked")),
        ("s3://bucket/...", ("bucket", "...")),
        ("s3://bucket/ann@home", ("bucket", "ann@home")),
        ("s3://bucket/" + "k" * 900, ("bucket", "k" * 900)),
    ],
)
def test_an_address_is_a_bucket_and_a_key_as_it_stands(address: str, parts: tuple[str, str]) -> None:
    assert bucket_and_key(address) == parts
    assert backend_at(address, KEYS).address == address


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("s3://", "has no name of a bucket after s3://"),
        ("s3:///key", "has no name of a bucket after s3://"),
        ("s3://b/key", "has no name of a bucket after s3://"),
        ("s3://bucket:9000/key", "has no name of a bucket after s3://"),
        ("s3://../key", "has no name of a bucket after s3://"),
        ("s3://bücket/key", "has no name of a bucket after s3://"),
        ("s3://bucket", "has no key after the bucket"),
        ("s3://bucket/", "has no key after the bucket"),
        ("s3://bucket//key", "the key has an empty part, or one that is `.` or `..`"),
        ("s3://bucket/team/", "the key has an empty part, or one that is `.` or `..`"),
        ("s3://bucket/a/../../key", "the key has an empty part, or one that is `.` or `..`"),
        ("s3://bucket/./key", "the key has an empty part, or one that is `.` or `..`"),
        ("s3://bucket/key.lock", "the key ends in .lock, as the lock of another state does"),
        ("s3://bucket/" + "ж" * 451, "the key is longer than 900 bytes"),
        ("s3://ann@bucket/key", "must not hold a user name or password"),
        ("s3://ann:s3cret@bucket/key", "must not hold a user name or password"),
        ("s3://bucket/key?versionId=1", "must not hold a query or a fragment"),
        ("s3://bucket/key#1", "must not hold a query or a fragment"),
        ("s3://bucket/key\n", "the address has characters that none can have"),
        ("s3://buc\x00ket/key", "the address has characters that none can have"),
        ("s3://bucket/\udcff", "the address has characters that none can have"),
    ],
)
def test_what_is_not_a_bucket_and_a_key_is_refused(address: str, words: str) -> None:
    assert refusal(address).message == f"--state: {words}"


@pytest.mark.parametrize(
    ("variables", "endpoint", "region"),
    [
        ({}, "https://s3.us-east-1.amazonaws.com", "us-east-1"),
        ({"AWS_REGION": "eu-west-1"}, "https://s3.eu-west-1.amazonaws.com", "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "https://s3.eu-west-1.amazonaws.com", "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "a", "AWS_REGION": "b"}, "https://s3.b.amazonaws.com", "b"),
        ({"AWS_REGION": "cn-north-1"}, "https://s3.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ({"AWS_REGION": "", "AWS_ENDPOINT_URL": ""}, "https://s3.us-east-1.amazonaws.com", "us-east-1"),
        ({"AWS_ENDPOINT_URL": "https://storage.example/"}, "https://storage.example", "us-east-1"),
        ({"AWS_ENDPOINT_URL": "https://a", "AWS_ENDPOINT_URL_S3": "https://b"}, "https://b", "us-east-1"),
        ({"AWS_ENDPOINT_URL": "http://localhost:9000"}, "http://localhost:9000", "us-east-1"),
    ],
)
def test_the_place_is_of_the_variables(variables: dict[str, str], endpoint: str, region: str) -> None:
    found = access("s3://bucket/key", {**KEYS, **variables})
    assert (found.endpoint, found.region) == (endpoint, region)


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_plain_http_is_for_loopback_alone(name: str) -> None:
    assert refusal(**{name: "http://storage.example"}).message == f"{name}: http:// is accepted for loopback alone"
    assert refusal(**{name: "https://ann:s3cret@h"}).message == f"{name}: must not hold a user name or password"
    assert refusal(**{name: "storage.example"}).message == f"{name}: is not an http or https address"


def test_a_region_that_is_none_is_refused() -> None:
    assert refusal(AWS_REGION="eu west\n1").message == "AWS_REGION: is not the name of a region"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKID"}, "AWS_SECRET_ACCESS_KEY: is not set"),
        ({"AWS_SECRET_ACCESS_KEY": "s3cret"}, "AWS_ACCESS_KEY_ID: is not set"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "AWS_ACCESS_KEY_ID: is empty"),
        ({"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": ""}, "AWS_SECRET_ACCESS_KEY: is empty"),
    ],
)
def test_half_of_the_credentials_is_refused(variables: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        backend_at("s3://bucket/key", variables)
    assert refused.value.message == message


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
@pytest.mark.parametrize("value", ["s3cret\n", "s3 cret", "s3crét", "s3cret\x00"])
def test_credentials_that_no_header_can_hold_are_refused_and_not_shown(name: str, value: str) -> None:
    message = refusal(**{name: value}).message
    assert message == f"{name}: must be printable ASCII without spaces and line ends"


def test_credentials_are_never_shown() -> None:
    found = access("s3://bucket/key", {**KEYS, "AWS_SESSION_TOKEN": "s3cret-token"})
    assert "s3cret" not in repr(found)


def test_a_value_that_obstore_does_not_know_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SERVER_SIDE_ENCRYPTION", "s3cret-nonsense")
    assert refusal().message == "--state: the AWS_* variables cannot be used as they are set"


def test_certificates_are_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("no certificate")
    assert refusal(AWS_CA_BUNDLE=str(path)).message == "--state: the AWS_* variables cannot be used as they are set"
    assert access("s3://bucket/key", {**KEYS, "REQUESTS_CA_BUNDLE": str(tmp_path)}).ca is None
