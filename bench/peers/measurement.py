"""What the comparisons with other libraries share: regio's side as a program that answers, times, and how they are written."""

import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

PAUSE = 0.1  # seconds before a turn: the threads of the one before may still spin while they wait for work


class Program:
    """regio's side: describes its engine in its first line, then answers every line with a line of numbers."""

    def __init__(self, path, *arguments):
        self.path = path
        self.process = subprocess.Popen([path, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.description = self.process.stdout.readline().strip()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if not answer:
            sys.exit(f"{Path(self.path).name} gave no answer to '{line}'")
        return [float(word) for word in answer]

    def close(self):
        self.process.stdin.close()
        if self.process.wait() != 0:
            sys.exit(f"{Path(self.path).name} failed")


class Time(NamedTuple):
    """Seconds on the clock, and those that all cores together worked; the clock includes waiting for cores that others use."""

    clock: float
    core: float


def timed(work):
    """The Time of work() after a pause."""
    time.sleep(PAUSE)
    clock, core = time.perf_counter(), time.process_time()
    work()
    return Time(time.perf_counter() - clock, time.process_time() - core)


def duration(seconds):
    if seconds < 1e-3:
        return f"{seconds * 1e6:.3g} us"
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def spread(times):
    """The best of some seconds, in brackets the worst."""
    return duration(min(times)) + (f" ({duration(max(times))})" if len(times) > 1 else "")


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def write_page(target, lines):
    text = "\n".join(lines) + "\n"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    print(text)
