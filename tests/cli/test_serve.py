"""`foramen serve` as a process: who can reach it, the first administrator, and how it ends."""

import os
import pty
import re
import select
import signal
import socket
import stat
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from foramen.records import Records, Role

FORAMEN = str(Path(sys.executable).with_name("foramen"))
WITHIN_S = 90.0


def records_of(store: Path) -> Records:
    return Records.open(f"sqlite:///{store / 'record.sqlite'}", store=store)


@contextmanager
def serving(store: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The running command, and what it said until it said where it is."""
    log = store.parent / "said.txt"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [FORAMEN, "serve", "--port", "0", "--store", str(store), *options],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        ends = time.monotonic() + WITHIN_S
        while "Foramen is at" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.05)
        yield process, log.read_text()
    finally:
        process.terminate()
        process.wait(30)


def workers_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in children.read_text().split()]


def test_without_a_terminal_a_link_makes_the_first_administrator_and_all_of_it_ends_at_a_signal(tmp_path):
    with serving(tmp_path / "record") as (process, said):
        link = re.search(r"Within 15 minutes, open (http://127\.0\.0\.1:\d+/set-up/\S+)", said)
        assert link is not None
        address = link[1].rsplit("/set-up", 1)[0]
        assert httpx.get(f"{address}/api/health").json()["status"] == "ok"
        assert "first administrator" in httpx.get(link[1]).text
        assert "without TLS" not in said
        mode = stat.S_IMODE((tmp_path / "record" / "secret").stat().st_mode)
        assert mode == 0o600, "the secret is its owner's alone"
        children = workers_of(process.pid)
        assert children, "the worker runs beside it"
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    ends = time.monotonic() + 15
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def test_on_a_terminal_it_asks_for_name_and_password_and_takes_no_short_one(tmp_path):
    pid, terminal = pty.fork()
    if pid == 0:  # the child, with a terminal of its own
        os.execv(FORAMEN, [FORAMEN, "serve", "--port", "0", "--store", str(tmp_path)])
    said, ends = "", time.monotonic() + WITHIN_S

    def listen_for(words: str) -> None:
        nonlocal said
        while words not in said:
            assert select.select([terminal], [], [], max(0.0, ends - time.monotonic()))[0], said
            said += os.read(terminal, 4096).decode()

    def wait_for_the_dark() -> None:
        """Until what is typed is no longer shown; what is typed before is thrown away, as a person's would be."""
        while termios.tcgetattr(terminal)[3] & termios.ECHO:
            assert time.monotonic() < ends, "the password would be shown"
            time.sleep(0.02)

    def answer(question: str, words: str) -> None:
        nonlocal said
        listen_for(question)
        said = said.split(question, 1)[1]
        if question in ("Password", "Once more"):
            wait_for_the_dark()
        os.write(terminal, f"{words}\n".encode())

    try:
        answer("Full name", "Mia Grau")
        answer("Name to sign in with", "mia")
        answer("Password", "short")
        answer("Once more", "short")
        answer("Password", "a long enough password")
        answer("Once more", "a long enough password")
        listen_for("Foramen is at")
        assert "a long enough password" not in said
    finally:
        os.kill(pid, signal.SIGTERM)
        while not os.waitpid(pid, os.WNOHANG)[0]:
            if select.select([terminal], [], [], 0.1)[0]:
                with suppress(OSError):
                    os.read(terminal, 4096)
        os.close(terminal)
    records = records_of(tmp_path)
    assert [(one.login, one.roles) for one in records.people.all()] == [("mia", (Role.ADMINISTRATOR,))]
    records.close()


def test_beyond_the_loopback_address_it_warns_where_there_is_no_tls(tmp_path):
    with serving(tmp_path / "record", "--host", "0.0.0.0", "--name", "spine.example") as (_, said):
        assert "Anyone on the way to 0.0.0.0 can read what is sent" in " ".join(said.split())
        port = int(re.findall(r":(\d+)", said)[-1])
        here = httpx.get(f"http://127.0.0.1:{port}/sign-in", headers={"host": "spine.example"})
        elsewhere = httpx.get(f"http://127.0.0.1:{port}/sign-in", headers={"host": "evil.example"})
        assert (here.status_code, elsewhere.status_code) == (200, 400)


def test_a_port_that_is_taken_is_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [FORAMEN, "serve", "--port", port, "--store", str(tmp_path / "r")],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ended.returncode == 3
    assert "can't be listened on" in ended.stderr
    assert "Traceback" not in ended.stderr
