import threading
from datetime import UTC, datetime, timedelta, timezone

from segsync.plumbing.clock import SystemClock, timestamp


def test_a_time_is_written_in_utc_to_the_second() -> None:
    assert timestamp(datetime(2026, 11, 23, 10, 0, 59, 999_999, tzinfo=UTC)) == "2026-11-23T10:00:59Z"
    moscow = timezone(timedelta(hours=3))
    assert timestamp(datetime(2026, 11, 23, 1, 0, tzinfo=moscow)) == "2026-11-22T22:00:00Z"


def test_a_clock_tells_utc_and_never_goes_back() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    times = [clock.monotonic() for _ in range(100)]
    assert times == sorted(times)


def test_nothing_has_stopped_a_new_clock() -> None:
    clock = SystemClock()
    clock.sleep(0)
    assert clock.stop_signal is None


def test_a_stop_ends_a_wait_in_another_thread_and_every_later_one() -> None:
    clock = SystemClock()
    waiting = threading.Thread(target=clock.sleep, args=(3600,))
    waiting.start()
    clock.stop(15)
    waiting.join(timeout=60)
    assert not waiting.is_alive()
    clock.sleep(3600)
    assert clock.stop_signal == 15
