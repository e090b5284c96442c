"""A peer program under the contract of interop/peers/README.md, as the judges need it."""
import json
import queue
import subprocess
import threading
from pathlib import Path

PEERS = Path(__file__).resolve().parent.parent / "peers"


class Missing(Exception):
    """The toolchain of the peer is missing."""


def command(name):
    """The command that starts a peer, which is set up first."""
    done = subprocess.run([PEERS / name / "setup"], stdout=subprocess.PIPE, text=True)
    if done.returncode == 3:
        raise Missing(f"the {name} peer cannot be set up here")
    done.check_returncode()
    return json.loads(done.stdout.splitlines()[-1])


class Peer:
    """A running peer. Commands wait for their answers; of events only the latest of each name is kept."""

    def __init__(self, name, *options, within=lambda line: line, seconds=60):
        self.name = name
        self._process = subprocess.Popen(within(command(name) + list(options)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answers, self._ready, self._id, self._lock = {}, queue.Queue(), 0, threading.Lock()
        self.events = {}
        threading.Thread(target=self._read, daemon=True).start()
        self.ready = self._ready.get(timeout=seconds)
        if self.ready is None:
            raise RuntimeError(f"the {name} peer ended before it was ready")

    def _read(self):
        for line in self._process.stdout:
            message = json.loads(line)
            event = message.get("event")
            if event == "ready":
                self._ready.put(message)
            elif event is not None:
                self.events[event] = message
            else:
                self._answers.pop(message["id"]).put(message)
        self._ready.put(None)
        for waiting in list(self._answers.values()):
            waiting.put({"ok": False, "error": "the peer ended"})

    @property
    def pid(self):
        return self._process.pid

    def do(self, name, seconds=60, **fields):
        answer = queue.Queue()
        with self._lock:
            self._id += 1
            self._answers[self._id] = answer
            message = {"id": self._id, "do": name, "timeoutMs": seconds * 1000, **fields}
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        done = answer.get(timeout=seconds + 10)
        if not done["ok"]:
            raise RuntimeError(f"{self.name}: {name} failed: {done['error']}")
        return done

    def stop(self):
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
