"""The annotate loop under load: `python tests/benchmarks/bench_annotate.py`, JSON lines on stdout.

Starts a durable PostgreSQL of its own and gunicorn as `./run` does, queues items by COPY, and lets several
annotators take and answer items over persistent connections, all on this machine's cores. `others_cores` is what
the rest of the machine used meanwhile: figures taken beside busy neighbours say little.

The baseline is Label Studio community 1.23.2 (four uWSGI workers, PostgreSQL, pairwise template) under the same
load on the same two cores.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import bench_import
from tests.benchmarks.output import ROOT, TEXT, emit
from webapp.devservices.postgres import PostgresServer
from webapp.devservices.valkey import ValkeyServer


def item_rows(count: int) -> Iterator[Any]:
    """Pairs of about 1.7 KB with their conversation, all different."""
    from annotation.services.queueing import ItemRow
    from webapp.store.canonical import Message, record_id_of, response_id_of

    for number in range(count):
        prompt = f"Question {number}: {TEXT[number % 97 :][:350]}"
        answers = [f"{side} {number} {TEXT[number % 89 :][:620]}" for side in ("One", "Another")]
        ids = [response_id_of(answer) for answer in answers]
        yield ItemRow(
            record_id_of([Message("user", prompt)], ids),
            [{"role": "user", "content": prompt}],
            [{"response_id": pk, "content": answer} for pk, answer in zip(ids, answers, strict=True)],
        )


class Connection:
    """HTTP/1.1 over one socket, doing as little as possible: the load generator shares the server's cores."""

    def __init__(self, port: int, token: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.headers = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        head = f"POST {path} HTTP/1.1\r\n{self.headers}Content-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)
        data = self.socket.recv(65536)
        while b"\r\n\r\n" not in data:
            data += self.socket.recv(65536)
        top, _, content = data.partition(b"\r\n\r\n")
        status = int(top[9:12])
        lowered = top.lower()
        if b"content-length: " not in lowered:
            return status, content
        length = int(lowered.split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(content) < length:
            content += self.socket.recv(65536)
        return status, content


class Annotator(threading.Thread):
    """Takes and answers items until `stop`; keeps what it was served and how long each loop took."""

    def __init__(self, port: int, token: str, campaign: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.connection = Connection(port, token)
        self.campaign = campaign
        self.stop = stop
        self.served: list[int] = []
        self.loops: list[tuple[float, float]] = []
        self.errors: Counter[int] = Counter()

    def run(self) -> None:
        url = f"/api/campaigns/{self.campaign}/next/"
        while not self.stop.is_set():
            began = time.perf_counter()
            status, content = self.connection.post(url, b"{}")
            if status != 200:
                self.errors[status] += 1
                if status == 204:
                    return
                continue
            payload = orjson.loads(content)
            self.served.append(payload["item"]["id"])
            better = payload["item"]["responses"][len(self.served) % 2]["response_id"]
            answers = {"preference": {"better": better, "strength": 2}, "reason": "It answers what was asked."}
            body = orjson.dumps({"answers": answers, "duration_ms": 9000, "active_ms": 8000})
            status, _ = self.connection.post(f"/api/leases/{payload['lease']['id']}/submit/", body)
            if status != 201:
                self.errors[status] += 1
                continue
            self.loops.append((began, time.perf_counter()))


def cpu_seconds() -> tuple[float, float, float, float]:
    """Busy seconds so far of: the machine, the web workers, PostgreSQL, this process."""
    total = psutil.cpu_times()
    machine = sum(total) - total.idle - total.iowait
    web = postgres = 0.0
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
            name = child.name()
        except psutil.NoSuchProcess:
            continue
        if "postgres" in name:
            postgres += times.user + times.system
        else:
            web += times.user + times.system
    own = psutil.Process().cpu_times()
    return machine, web, postgres, own.user + own.system


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(port: int, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", "-c", "webapp/gunicorn_conf.py", "--bind", f"127.0.0.1:{port}"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"gunicorn did not start:\n{log.read_text()}")


class House(NamedTuple):
    project: int
    campaign: int
    admin_token: str
    tokens: list[str]


def prepare(items: int, clients: int) -> House:
    """A migrated database with a full queue."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from annotation.services.campaigns import annotators_add, campaign_create
    from annotation.services.queueing import items_enqueue
    from webapp.accounts.models import User
    from webapp.accounts.services.tokens import token_create
    from webapp.projects.services.projects import project_create

    admin = User.objects.create_user("admin@example.org")
    project = project_create(created_by=admin, name="Bench")
    campaign = campaign_create(project=project, created_by=admin, name="Loop", template="pairwise", seed=1)
    emails = [f"annotator{number}@example.org" for number in range(clients)]
    added = annotators_add(campaign_id=campaign.pk, emails=emails, added_by=admin)
    tokens = [token_create(user=assignment.user, name="bench")[1] for assignment, _ in added]
    rows = list(item_rows(items))
    size = len(orjson.dumps([rows[0].prompt, rows[0].responses]))
    began = time.perf_counter()
    queued = items_enqueue(campaign_id=campaign.pk, rows=rows, source_version_id=None)
    seconds = time.perf_counter() - began
    if queued.added != items:
        raise RuntimeError(f"Queued {queued} of {items} items.")
    emit("queue_rows_per_s", items / seconds, "rows/s", rows=items, bytes_per_row=size)
    return House(project.pk, campaign.pk, token_create(user=admin, name="bench")[1], tokens)


def annotate(port: int, campaign: int, tokens: list[str], seconds: float) -> None:
    stop = threading.Event()
    annotators = [Annotator(port, token, campaign, stop) for token in tokens]
    for annotator in annotators:
        annotator.start()
    # Let every worker thread open its connection and the planner's caches fill.
    time.sleep(3)
    before, began = cpu_seconds(), time.perf_counter()
    time.sleep(seconds)
    after, ended = cpu_seconds(), time.perf_counter()
    stop.set()
    for annotator in annotators:
        annotator.join(10)
    report(annotators, began, ended, [late - early for early, late in zip(before, after, strict=True)])


def report(annotators: list[Annotator], began: float, ended: float, cpu: list[float]) -> None:
    from annotation.models import Feedback

    loops = sorted(end - start for a in annotators for start, end in a.loops if start >= began and end <= ended)
    machine, web, postgres, own = cpu
    wall = ended - began
    clients = len(annotators)
    facts = {
        "p50_ms": round(loops[len(loops) // 2] * 1000, 1),
        "web_ms_per_loop": round(web / len(loops) * 1000, 2),
        "postgres_ms_per_loop": round(postgres / len(loops) * 1000, 2),
        "client_ms_per_loop": round(own / len(loops) * 1000, 2),
        "others_cores": round((machine - web - postgres - own) / wall, 2),
    }
    emit(f"annotate_loops_per_s_c{clients}", len(loops) / wall, "loops/s", 4.4 if clients == 8 else None, **facts)
    p95 = loops[int(len(loops) * 0.95)] * 1000
    emit(f"annotate_p95_ms_c{clients}", p95, "ms", 2506 if clients == 8 else None)
    served = Counter(item for annotator in annotators for item in annotator.served)
    answered = Counter(Feedback.objects.values_list("item_id", flat=True))
    doubles = sum(count - 1 for count in served.values()) + sum(count - 1 for count in answered.values())
    emit("annotate_double_serves", doubles, "items", served=sum(served.values()))
    errors = sum((annotator.errors for annotator in annotators), Counter())
    emit("annotate_errors", errors.total(), "requests", by_status={str(key): n for key, n in errors.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--imported", type=int, default=100_000, help="rows of the import, 0 for none")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="plumbline-bench-"))
    folder.chmod(0o755)
    postgres = PostgresServer(folder / "postgres")
    valkey = ValkeyServer(folder / "valkey", durable=False)
    server: subprocess.Popen[bytes] | None = None
    try:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "webapp.settings.dev",
            "DATABASE_URL": postgres.start(),
            "CELERY_BROKER_URL": valkey.start(),
            "PLUMBLINE_DATA_DIR": str(folder / "data"),
        }
        house = prepare(options.items, options.clients)
        port = free_port()
        server = serve(port, folder / "web.log")
        annotate(port, house.campaign, house.tokens, options.seconds)
        if options.imported:
            bench_import.measure(
                port=port,
                token=house.admin_token,
                project=house.project,
                rows=options.imported,
                folder=folder,
                web_pid=server.pid,
            )
    finally:
        if server is not None:
            server.terminate()
            server.wait(20)
        valkey.destroy()
        postgres.destroy()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
