#!/usr/bin/env python3
"""A wide-area link between two network namespaces: delay, rate, queue and loss, without netem. See link.c.

As a program it makes the link, runs a command in each namespace and removes everything again:

    interop/netns/wan.py --rtt 60 --rate 500 -- iperf3 -s -1 -- iperf3 -c 10.77.0.2

Needs Linux, root (or CAP_NET_ADMIN and CAP_SYS_ADMIN), iproute2 and a C compiler.
"""
import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / "cache" / "netns"
SIDES = ("a", "b")
ADDRESS = {"a": "10.77.0.1", "b": "10.77.0.2"}
DEVICE = "wan0"
BUFFER_MAX = 64 * 1024 * 1024
LISTEN = """
import socket, sys
listener = socket.create_server((sys.argv[1], 0))
print(listener.getsockname()[1], flush=True)
while True:
    listener.accept()[0].close()
"""
CONNECT = """
import socket, sys, time
for _ in range(int(sys.argv[3])):
    start = time.monotonic()
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))):
        print((time.monotonic() - start) * 1000)
"""


def compiled():
    """The link program, compiled if its source is newer."""
    source, program = HERE / "link.c", CACHE / "link"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", str(program), str(source)], check=True)
    return program


class Wan(contextlib.AbstractContextManager):
    """Two namespaces and a link between them while the context lasts.

    rtt is in milliseconds, rate in Mbit/s (0: no bottleneck), queue in KiB in front of the bottleneck of each direction,
    loss in frames per million, each way. The kernel's buffers inside may grow to 64 MiB, and congestion control is what is named
    here, since both decide what one TCP stream can carry.
    """

    def __init__(self, rtt=60.0, rate=500.0, queue=4096, loss=0, congestion="bbr", seed=1):
        self.rtt, self.rate, self.queue, self.loss, self.congestion, self.seed = rtt, rate, queue, loss, congestion, seed
        self.names = {side: f"wan-{os.getpid()}-{side}" for side in SIDES}
        self._link = None

    def __enter__(self):
        try:
            for side in SIDES:
                subprocess.run(["ip", "netns", "add", self.names[side]], check=True)
            self._start_link()
            for side in SIDES:
                self._configure(side)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start_link(self):
        terms = [round(self.rtt * 500), round(self.rate * 1000), self.queue * 1024, self.loss, self.seed]
        ends = [part for side in SIDES for part in (self.names[side], DEVICE)]
        # before all others: a cable does not wait for a processor
        line = ["nice", "-n", "-15", str(compiled()), *ends, *map(str, terms)]
        self._link = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        if self._link.stdout.readline() != "ready\n":
            raise RuntimeError("the link program did not start")

    def _configure(self, side):
        def ip(*words):
            subprocess.run(["ip", "-n", self.names[side], *words], check=True)

        ip("link", "set", "lo", "up")
        ip("address", "add", ADDRESS[side] + "/24", "dev", DEVICE)
        ip("link", "set", DEVICE, "up", "txqueuelen", "10000")
        if subprocess.run(["ip", "-n", self.names[side], "route", "show", "default"], check=True, capture_output=True).stdout:
            raise RuntimeError("a namespace of the link has a way out")
        for setting in (
            f"net.ipv4.tcp_rmem=4096 131072 {BUFFER_MAX}",
            f"net.ipv4.tcp_wmem=4096 65536 {BUFFER_MAX}",
            f"net.ipv4.tcp_congestion_control={self.congestion}",
            "net.ipv4.tcp_no_metrics_save=1",  # a transfer must not profit from the one before it
        ):
            subprocess.run(self.inside(side, ["sysctl", "-qw", setting]), check=True)

    def inside(self, side, command):
        """The command line that runs a command at one side."""
        return ["ip", "netns", "exec", self.names[side], *command]

    def round_trip(self, count=10):
        """The median time of a TCP connect in milliseconds: one round trip, as the system's own ends see it."""
        listener = subprocess.Popen(self.inside("b", [sys.executable, "-c", LISTEN, ADDRESS["b"]]), stdout=subprocess.PIPE, text=True)
        try:
            line = [sys.executable, "-c", CONNECT, ADDRESS["b"], listener.stdout.readline().strip(), str(count)]
            out = subprocess.run(self.inside("a", line), check=True, capture_output=True, text=True).stdout
        finally:
            listener.kill()
            listener.wait()
        return statistics.median(map(float, out.split()))

    def __exit__(self, *_):
        carried = None
        if self._link is not None:
            self._link.send_signal(signal.SIGTERM)
            carried = self._link.communicate()[0].strip()
        for side in SIDES:
            if Path("/var/run/netns", self.names[side]).exists():
                subprocess.run(["ip", "netns", "delete", self.names[side]], check=True)
        self.carried = json.loads(carried) if carried else None


def main():
    parser = argparse.ArgumentParser(
        description="Runs one command at each end of a wide-area link, the first at 10.77.0.2, and ends when the second does.",
        usage="%(prog)s [option]... -- COMMAND_B... -- COMMAND_A...",
    )
    parser.add_argument("--rtt", type=float, default=60, help="round trip in milliseconds (%(default)s)")
    parser.add_argument("--rate", type=float, default=500, help="Mbit/s, 0 for no bound (%(default)s)")
    parser.add_argument("--queue", type=int, default=4096, help="KiB in front of the bottleneck (%(default)s)")
    parser.add_argument("--loss", type=int, default=0, help="frames per million, each way (%(default)s)")
    parser.add_argument("--congestion", default="bbr", help="congestion control of TCP (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the loss (%(default)s)")
    words = sys.argv[1:]
    if "--" not in words:
        parser.parse_args(words)
        parser.error("two commands are needed, each after --")
    options = parser.parse_args(words[: words.index("--")])
    rest = words[words.index("--") + 1:]
    if "--" not in rest:
        parser.error("two commands are needed, each after --")
    first, second = rest[: rest.index("--")], rest[rest.index("--") + 1:]
    with Wan(**vars(options)) as wan:
        server = subprocess.Popen(wan.inside("b", first))
        try:
            status = subprocess.run(wan.inside("a", second)).returncode
        finally:
            server.terminate()
            server.wait()
    print(json.dumps(wan.carried), file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
