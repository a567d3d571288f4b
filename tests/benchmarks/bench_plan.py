"""How long a plan takes, against the bare requests that it needs: `python -m tests.benchmarks.bench_plan`.

100 projects of 50 segments, 20 ms latency: 200 reads, 8 at a time. Both are whole processes, run in turn, so that the
ratio holds on a machine whose speed changes. Prints the median ratio and all of them.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from segsync.emulator.server import Emulator, Settings
from tests.support.cli import Cli
from tests.support.console import Console

PROJECTS, SEGMENTS, RUNS = 100, 50, 7
BARE = """
import sys
from concurrent.futures import ThreadPoolExecutor
import requests
url, ids = sys.argv[1], open(sys.argv[2]).read().split()
session = requests.Session()
session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=8))
session.headers["Authorization"] = "Bearer token"
def read(id):
    session.post(f"{url}/v1/export_settings/project/get", json={"id": id}).json()
    session.post(f"{url}/v1/export_settings/project/{id}/segments/get").json()
with ThreadPoolExecutor(8) as pool:
    list(pool.map(read, ids))
"""


def fill(console: Console, cli: Cli) -> Path:
    """Everything live, and a manifest of it; returns the file of the ids."""
    lines = ["version: 1", "defaults: {service_token: {env: TOKEN}, period: 24}", "projects:"]
    ids = []
    for number in range(PROJECTS):
        ids.append(console.add_project(f"Zq{number}", number + 1))
        lines += [f"  p{number}:", f"    project: Zq{number}", f"    app_id: {number + 1}"]
        lines += [f"    export_project_id: {ids[-1]}", "    segments:"]
        for segment in range(SEGMENTS):
            console.add_segment(ids[-1], f"{number}-{segment}")
            lines.append(f'      s{segment}: {{segment: "{number}-{segment}"}}')
    cli.write("\n".join(lines) + "\n")
    return cli.write("\n".join(ids), "ids")


def bare(url: str, ids: Path) -> None:
    subprocess.run([sys.executable, "-c", BARE, url, str(ids)], check=True)


def seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        emulator = Emulator(Settings(port=0, latency_ms=20))
        emulator.start()
        cli = Cli(Path(folder), emulator.url)
        ids = fill(Console(emulator.url), cli)
        ratios = [seconds(lambda: cli("plan")) / seconds(lambda: bare(emulator.url, ids)) for _ in range(RUNS)]
        emulator.stop()
    print(f"plan / bare requests: median {statistics.median(ratios):.2f} of", *(f"{ratio:.2f}" for ratio in ratios))


if __name__ == "__main__":
    main()
