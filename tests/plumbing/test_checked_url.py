import pytest

from segsync.errors import UsageError
from segsync.plumbing.http import checked_url, is_loopback

NO_ADDRESS = "--api-url: is not an http or https address"


def refused(url: str) -> str:
    with pytest.raises(UsageError) as error:
        checked_url(url, "--api-url")
    return error.value.message


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("https://example.org", "https://example.org"),
        ("https://example.org/", "https://example.org"),
        ("https://example.org:8443/base/path//", "https://example.org:8443/base/path"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://127.0.0.1", "https://127.0.0.1"),
        ("http://127.0.0.1:8089", "http://127.0.0.1:8089"),
        ("http://127.9.9.9/", "http://127.9.9.9"),
        ("http://[::1]:8089", "http://[::1]:8089"),
        ("http://localhost:8089/x", "http://localhost:8089/x"),
    ],
)
def test_an_address_that_is_good_loses_only_its_trailing_slashes(url: str, checked: str) -> None:
    assert checked_url(url, "--api-url") == checked


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "example.org",
            "//example.org",
            "/path",
            "ftp://example.org",
            "file:///etc/passwd",
            "javascript:alert(1)",
        ),
        *("https://", "https:///path", "https://:443", "https://h:0", "https://h:65536", "https://h:x", "https://h:-1"),
        *("https://h?a=b", "https://h/p?a", "https://h#f", "https://h/p?#f", "http+unix://x"),
    ],
)
def test_what_is_no_address_of_scheme_host_and_path_alone(url: str) -> None:
    assert refused(url) == NO_ADDRESS


@pytest.mark.parametrize("url", ["https://user@h", "https://user:s3cret@h", "https://:s3cret@h", "https://@h"])
def test_a_user_name_or_a_password_is_refused_and_not_shown(url: str) -> None:
    assert refused(url) == "--api-url: must not hold a user name or password"


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org", "http://127.0.0.1.example.org", "http://localhost.example.org", "http://128.0.0.1"),
        *("http://0.0.0.0", "http://[::]", "http://[2001:db8::1]", "http://127.1", "http://loopback"),
    ],
)
def test_plain_http_is_for_loopback_alone(url: str) -> None:
    assert refused(url) == "--api-url: http:// is accepted for loopback alone"
    assert not is_loopback(url)


@pytest.mark.parametrize("url", ["https://[", "https://[::1", "https://\u2100.example"])
def test_what_cannot_be_taken_apart_is_no_address(url: str) -> None:
    assert refused(url) == NO_ADDRESS


@pytest.mark.parametrize("url", ["https://h?", "https://h#", "https://h/base?", "https://h/?#"])
def test_an_empty_query_or_fragment_is_one_too(url: str) -> None:
    assert refused(url) == NO_ADDRESS


@pytest.mark.parametrize("url", ["https://a b", "https://h\n", "https://h\t/x", "https://h/ x", "https://h\\x"])
def test_an_address_holds_neither_white_space_nor_a_backslash(url: str) -> None:
    assert refused(url) == NO_ADDRESS
