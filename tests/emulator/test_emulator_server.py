"""The life of an emulator: addresses, start and stop, many clients at once."""

import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from segsync.emulator.listener import ListenError
from segsync.emulator.server import Emulator, Settings
from tests.emulator.emulator_client import PUSH_PROJECT, TOKEN, Client, running

STOPPED_BY_A_SIGNAL = """
import signal
from segsync.emulator.server import Emulator, Settings
emulator = Emulator(Settings(port=0))
signal.signal(signal.SIGTERM, lambda *_: emulator.stop())
print(emulator.url, flush=True)
emulator.serve_forever()
print("stopped")
"""
INTERRUPTED = """
try:
    emulator.serve_forever()
except KeyboardInterrupt:
    print("interrupted")
    emulator.stop()
"""
IMPORTED = """
import sys
import segsync.emulator.server
print(*sorted(name for name in sys.modules if name.startswith("segsync")), sep="\\n")
"""


def python(code: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=pipe, stderr=pipe, text=True)


def test_port_0_picks_a_free_one() -> None:
    with Emulator(Settings(port=0)) as one, Emulator(Settings(port=0)) as other:
        assert one.url.startswith("http://127.0.0.1:")
        assert one.url != other.url
        assert urlsplit(one.url).port


def test_the_port_that_is_asked_for_is_used_again_at_once() -> None:
    with running() as client:
        port = urlsplit(client.url).port or 0
        client.create_project()
    with Emulator(Settings(port=port)) as emulator:
        assert emulator.url == f"http://127.0.0.1:{port}"


def has_ipv6_loopback() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no IPv6 loopback")
def test_an_ipv6_url_has_brackets() -> None:
    with Emulator(Settings(host="::1", port=0)) as emulator:
        assert emulator.url.startswith("http://[::1]:")
        client = Client(emulator.url)
        client.create_project()
        client.connection.close()


def test_a_port_in_use_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=f"^cannot listen on 127.0.0.1 port {port}: Address already in use$"):
            Emulator(Settings(port=port))


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 65536), ("127.0.0.1", -1), ("a..b", 0), ("\udc80", 0)])
def test_an_impossible_address_is_refused(host: str, port: int) -> None:
    with pytest.raises(ListenError, match="cannot listen on"):
        Emulator(Settings(host=host, port=port))


def test_settings_do_not_show_tokens() -> None:
    assert TOKEN not in repr(Settings(tokens=(TOKEN,)))


def test_an_emulator_that_was_never_started_can_be_stopped() -> None:
    emulator = Emulator(Settings(port=0))
    emulator.stop()
    emulator.stop()


def test_an_emulator_that_was_stopped_serves_no_more() -> None:
    emulator = Emulator(Settings(port=0))
    emulator.stop()
    emulator.serve_forever()


def test_stop_closes_idle_connections_and_the_port() -> None:
    emulator = Emulator(Settings(port=0))
    emulator.start()
    clients = [Client(emulator.url) for _ in range(3)]
    for client in clients:
        client.create_project()
    emulator.stop()
    for client in clients:
        assert client.connection.sock.recv(1) == b""
        client.connection.close()
        with pytest.raises(ConnectionRefusedError):
            client.create_project()


def test_stop_ends_delays() -> None:
    emulator = Emulator(Settings(port=0, latency_ms=3_600_000))
    emulator.start()
    client = Client(emulator.url)
    with ThreadPoolExecutor(1) as pool:
        created = pool.submit(client.create_project)
        other = Client(emulator.url)
        while other.known_projects() == 0:
            pass
        other.connection.close()
        emulator.stop()
        assert created.result(timeout=10)
    client.connection.close()


def test_serve_forever_serves_until_stop() -> None:
    emulator = Emulator(Settings(port=0))
    server = threading.Thread(target=emulator.serve_forever)
    server.start()
    client = Client(emulator.url)
    client.create_project()
    emulator.stop()
    server.join(10)
    assert not server.is_alive()
    client.connection.close()


def test_a_signal_handler_may_stop_the_thread_that_it_interrupts() -> None:
    with python(STOPPED_BY_A_SIGNAL) as process:
        assert process.stdout is not None
        client = Client(process.stdout.readline().strip())
        client.create_project()
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=10) == ("stopped\n", "")
        client.connection.close()


def test_a_thread_that_is_interrupted_leaves_no_traceback_of_its_own() -> None:
    code = STOPPED_BY_A_SIGNAL.replace("emulator.serve_forever()", INTERRUPTED)
    with python(code) as process:
        assert process.stdout is not None
        client = Client(process.stdout.readline().strip())
        client.create_project()  # from here on it serves
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10) == ("interrupted\nstopped\n", "")
        client.connection.close()


def test_many_clients_at_once_lose_nothing() -> None:
    with running() as client:
        project_id = client.create_project()

        def create(number: int) -> str:
            own = Client(client.url)
            made = [own.create_segment(project_id, f"{number}-{index}").json()["id"] for index in range(10)]
            own.connection.close()
            return " ".join(made)

        with ThreadPoolExecutor(16) as pool:
            ids = " ".join(pool.map(create, range(16))).split()
        listed = client.list_segments(project_id).json()["segments"]
        assert {segment["id"] for segment in listed} == set(ids)
        assert len(listed) == len(ids) == client.counts()["segment-create"] == 160


def test_delays_of_parallel_requests_overlap() -> None:
    together = threading.Barrier(8, timeout=10)
    with running(latency_ms=1, sleep=lambda _seconds: together.wait()) as client:

        def create(_number: int) -> str:
            own = Client(client.url)
            project_id = own.create_project()
            own.connection.close()
            return project_id

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(create, range(8)))) == 8
        assert PUSH_PROJECT in client.console("GET", "data").body.decode()


def test_nothing_of_segsync_is_imported_but_the_emulator() -> None:
    with python(IMPORTED) as process:
        out, error = process.communicate(timeout=10)
    assert error == ""
    outside = [name for name in out.split() if not name.startswith("segsync.emulator")]
    assert outside in (["segsync"], [])
