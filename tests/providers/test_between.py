"""Proxies, certificates and gateways are told by their names, with what to do, and at once."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.wrappers import Response

from provisioner.model.diagnostic import Position
from provisioner.model.errors import ProviderError, Unauthorized
from provisioner.model.stack import Target
from provisioner.providers.client import open_provider
from provisioner.providers.retries import Patience
from provisioner.providers.route import route_to
from provisioner.providers.settings import resolve
from tests.providers.conftest import KEY, SETTINGS
from tests.support.habits import reply
from tests.support.servers import serving
from tests.support.sockets import listening, request_of, self_signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
SECOND = Patience(tries=3, first=1.0, longest=1.0)
"""Patience with which a second try would be seen."""


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def failing(base_url: str, patience: Patience = SECOND, whence: str = "") -> ProviderError:
    """Return the error of a read through that proxy."""
    settings = replace(SETTINGS, base_url=base_url, whence=whence)

    def read() -> None:
        with closing(
            open_provider(settings, timeout=5, parallelism=1, patience=patience)
        ) as provider:
            provider.list("assistants")

    with pytest.raises(ProviderError) as caught:
        read()
    return caught.value


def quickly(base_url: str) -> ProviderError:
    """Return the error of a read that is not tried again: another try would come after a minute."""
    began = time.monotonic()
    error = failing(base_url, Patience(tries=3, first=60.0, longest=60.0))
    assert time.monotonic() - began < 25
    return error


def silent(connection: socket.socket) -> None:
    request_of(connection)


def plain(connection: socket.socket) -> None:
    connection.recv(100)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def refusing(status: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    return talk


def test_a_certificate_that_nobody_knows_is_told_at_once(tmp_path: Path) -> None:
    with listening(silent, self_signed(tmp_path)) as port:
        error = quickly(f"https://127.0.0.1:{port}/v1")

    assert "the certificate is not trusted" in str(error)
    assert "self-signed certificate" in str(error)
    assert "SSL_CERT_FILE" in str(error)
    assert "Nothing was sent" in str(error)


def test_a_certificate_that_ssl_cert_file_names_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))

    with listening(refusing(b"400 Bad Request"), certificate) as port:
        error = failing(f"https://127.0.0.1:{port}/v1")

    assert error.status == 400


def test_a_host_without_tls_is_told_at_once() -> None:
    with listening(plain) as port:
        error = quickly(f"https://127.0.0.1:{port}/v1")

    assert "no secure connection came about" in str(error)
    assert "write http:// in the base_url" in str(error)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("SSL_CERT_FILE", None, "No such file or directory"),
        ("SSL_CERT_FILE", "no certificate", "it contains no certificates"),
        ("SSL_CERT_DIR", None, "No such file or directory"),
    ],
)
def test_certificates_that_are_not_there_are_told_by_their_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str | None, why: str
) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv(name, str(path))

    error = failing("https://127.0.0.1:9/v1")

    assert f"{name} is set to {path}: {why}" in str(error)
    assert "or unset it to trust" in str(error)


@pytest.mark.parametrize("name", ["ALL_PROXY", "HTTPS_PROXY", "https_proxy"])
def test_a_socks_proxy_without_its_package_is_told_with_the_package(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "socks5://user:secret-word@127.0.0.1:1080")

    error = failing("https://127.0.0.1:9/v1")

    assert f"{name} names the SOCKS proxy 127.0.0.1:1080" in str(error)
    assert "pip install socksio" in str(error)
    assert "secret-word" not in str(error)


@pytest.mark.parametrize("value", ["ftp://proxy:21", "http://", "http://proxy:port"])
def test_a_proxy_that_is_none_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", value)

    assert "HTTP_PROXY names no proxy that can be used" in str(failing("http://127.0.0.1:9/v1"))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_down_is_told_as_the_proxy(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", "http://user:secret-word@127.0.0.1:9")

    error = failing(f"{scheme}://server.test/v1", Patience(tries=2, first=0.01))

    assert "the proxy cannot be reached" in str(error)
    assert f"{scheme}_proxy names the proxy 127.0.0.1:9" in str(error)
    assert "secret-word" not in str(error)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("user", "remedy"),
    [
        ("", "http://USER:PASSWORD@HOST:PORT"),
        ("user:secret-word@", "does not accept the user and password"),
    ],
)
def test_a_proxy_that_wants_a_password_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, scheme: str, user: str, remedy: str
) -> None:
    with listening(refusing(b"407 Proxy Authentication Required")) as port:
        monkeypatch.setenv("ALL_PROXY", f"http://{user}127.0.0.1:{port}")
        error = quickly(f"{scheme}://server.test/v1")

    assert "the proxy wants a password" in str(error)
    assert f"127.0.0.1:{port}, which ALL_PROXY names" in str(error)
    assert remedy in str(error)
    assert "TEST_KEY" not in str(error)
    assert "secret-word" not in str(error)


def test_a_proxy_that_does_not_let_a_host_through_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with listening(refusing(b"403 Forbidden")) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        error = quickly("https://server.test/v1")

    assert "the proxy refused the connection" in str(error)
    assert "list server.test in NO_PROXY" in str(error)


@pytest.mark.parametrize(
    ("body", "status", "headers"),
    [
        ("<html>Forbidden</html>", 403, {"Server": "big-gateway", "Content-Type": "text/html"}),
        ('{"message": "No API key found in request"}', 401, {"Server": "big-gateway"}),
        ("", 401, {"Server": "big-gateway", "WWW-Authenticate": 'Negotiate, Basic realm="x"'}),
    ],
)
def test_a_gateways_refusal_names_the_header_and_not_only_the_key(
    body: str, status: int, headers: dict[str, str]
) -> None:
    with serving(Response(body, status, headers)) as base_url:
        error = quickly(base_url)

    assert isinstance(error, Unauthorized)
    assert "something before the server refused the request" in str(error)
    assert "it calls itself" in str(error)
    assert "big-gateway" in str(error)
    assert "`headers:` of target test" in str(error)
    assert "Check the key in TEST_KEY" in str(error)
    assert KEY not in str(error)


@pytest.mark.parametrize("body", [{"error": {"message": "No."}}, {"detail": "No."}])
def test_the_servers_own_refusal_is_about_the_key(body: Any) -> None:
    with serving(reply(body, 401)) as base_url:
        error = failing(base_url)

    assert "the server refused the key" in str(error)
    assert "headers:" not in str(error)


def test_a_refusal_that_speaks_of_a_header_names_the_setting_that_sends_one() -> None:
    with serving(reply({"error": {"message": "Missing header X-Team."}}, 403)) as base_url:
        error = quickly(base_url)

    assert "Check the key in TEST_KEY and what it may do. If a gateway" in str(error)
    assert "`headers:` of the target" in str(error)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<!DOCTYPE html><html><title>Sign in</title></html>", "text/html"),
        ("  <html>Sign in</html>", "application/json"),
        ("Sign in", "text/html; charset=utf-8"),
    ],
)
def test_a_sign_in_page_is_asked_for_twice_and_told(body: str, kind: str) -> None:
    at_once = Patience(tries=3, first=0.001, longest=0.001)
    with serving(Response(body, 200, {"Content-Type": kind})) as base_url:
        error = failing(base_url, at_once)

    assert "the answer cannot be read" in str(error)
    assert "That is a web page and not an answer of an API." in str(error)
    assert "base_url (it usually ends in /v1)" in str(error)
    assert "It was tried 2 times." in str(error)


def test_a_circle_of_redirects_is_counted() -> None:
    hops = []

    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        hops.append(environ["PATH_INFO"])
        return Response("", 307, {"Location": "/v1/assistants"})(environ, start_response)  # type: ignore[return-value]  # WSGI

    with serving(app) as base_url:
        error = quickly(base_url)

    assert "the server redirects too often" in str(error)
    assert len(hops) <= 6


def test_a_sentence_of_the_server_ends_before_ours_begins() -> None:
    with serving(reply({"error": {"message": "No such thing"}}, 401)) as base_url:
        error = failing(base_url)

    assert "It said: No such thing.\n  Check" in str(error)


@pytest.mark.parametrize(
    ("url", "environ", "proxy", "variable"),
    [
        ("https://a.test/v1", {"https_proxy": "http://p:1", "HTTPS_PROXY": "http://q:1"}, "http://p:1", "https_proxy"),
        ("https://a.test/v1", {"ALL_PROXY": "p:1"}, "http://p:1", "ALL_PROXY"),
        ("http://a.test/v1", {"HTTPS_PROXY": "http://p:1"}, "", ""),
        ("https://a.test/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, "", ""),
        ("https://a.test/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": ".test"}, "", ""),
        ("https://a.test/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "b.test, *.test"}, "", ""),
        ("https://ba.test/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "a.test"}, "http://p:1", "HTTPS_PROXY"),
        ("https://a.test:8443/v1", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "a.test:8443"}, "", ""),
        ("https://10.1.2.3/v1", {"HTTPS_PROXY": "http://p:1", "no_proxy": "10.0.0.0/8"}, "", ""),
        ("https://[::1]:8000/v1", {"HTTPS_PROXY": "http://p:1", "no_proxy": "[::1]"}, "", ""),
    ],
)  # fmt: skip
def test_the_proxy_is_the_one_that_the_environment_names(
    url: str, environ: dict[str, str], proxy: str, variable: str
) -> None:
    route = route_to(url, environ)

    assert (route.proxy, route.variable) == (proxy, variable)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:9/v1", "the proxy cannot be reached"),
        (
            "http://no-such-host.invalid/v1",
            "Correct the address, or the name service of this machine",
        ),
    ],
)
def test_what_lasts_is_told_at_once_before_anything_went_through(
    url: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "proxy" in why:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    else:
        unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        monkeypatch.setattr(socket, "getaddrinfo", _raising(unknown))
    error = quickly(url)
    assert why in str(error)
    assert "It was tried" not in str(error)
    assert "[Errno" not in str(error)


def _raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_a_server_that_nobody_started_is_told_with_where_its_address_comes_from() -> None:
    target = Target(
        "compat",
        "assistants",
        base_url="http://127.0.0.1:9/v1",
        api_key_env="KEY",
        address_variables=("COMPAT_URL",),
        origin=Position("manifests/stack.yaml", 7, 5),
    )
    settings = resolve(target, Path(), {"KEY": KEY})
    told = str(failing(settings.base_url, Patience(tries=2, first=0.01), settings.whence))
    assert (
        "No connection to 127.0.0.1:9 could be opened: Connection refused. It is the base_url"
        in told
    )
    assert "of target compat (manifests/stack.yaml:7:5), and comes from COMPAT_URL. Start " in told
    assert told.endswith("It was tried 2 times.")

    ambient = resolve(Target("new", "responses"), Path(), {"OPENAI_API_KEY": KEY})
    assert ambient.whence == "It is OpenAI's own address, because target new has no base_url."
    given = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    assert "comes from OPENAI_BASE_URL" in resolve(Target("new", "responses"), Path(), given).whence
