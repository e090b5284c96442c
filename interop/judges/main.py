"""Runs the raw drivers against a node. A line for each check, and JSON for machines; status 0 only if every check passed."""
import argparse
import json
import sys
import time
from pathlib import Path

import noise_checks  # noqa: F401  they declare themselves
import select_checks  # noqa: F401
import tee
import yamux_checks  # noqa: F401
from checks import CHECKS, Failed, Node
from peer import Missing, Peer
from wire import Closed, Late, Violated
from yamux import GoneAway, Reset

MISBEHAVIOUR = (Failed, Closed, Late, Violated, GoneAway, Reset)


def judged(check, node):
    start = time.monotonic()
    complaint = None
    try:
        check.run(node)
        node.must_be_well()
    except MISBEHAVIOUR as error:
        complaint = f"{type(error).__name__}: {error}"
    except OSError as error:
        complaint = f"the node cannot be reached: {error}"
    millis = round((time.monotonic() - start) * 1000)
    return {"area": check.area, "check": check.name, "status": "fail" if complaint else "pass", "millis": millis, "reason": complaint}


def target(options):
    """The node to judge: where it listens, and the peer program that must be stopped, if there is one."""
    if options.address is None:
        peer = Peer(options.peer)
        return peer.ready["addresses"][0], peer
    return options.address, None


def host_and_port(address):
    parts = address.split("/")
    if len(parts) < 5 or parts[1] not in ("ip4", "ip6", "dns4", "dns6", "dns") or parts[3] != "tcp":
        raise SystemExit(f"judge: {address} is not an address of TCP")
    return parts[2], int(parts[4])


def arguments():
    parser = argparse.ArgumentParser(prog="interop/judge", description="Raw drivers for multistream-select, Noise and Yamux against a node.")
    parser.add_argument("--peer", default="java", help="the peer program to start and judge (%(default)s)")
    parser.add_argument("--address", help="judge this node instead; it must speak TCP, Noise, Yamux, ping and /echo/1.0.0")
    parser.add_argument("--tee", metavar="OTHER", help="instead, judge the frames that the peer sends to this other peer, through a proxy")
    parser.add_argument("--only", default="", metavar="TEXT", help="only checks with this text in `area: name`")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, as an array")
    parser.add_argument("--list", action="store_true", help="print the checks and end")
    return parser.parse_args()


def show(result):
    reason = f"\n     {result['reason']}" if result["reason"] else ""
    print(f"{result['status'].upper():4} {result['area']}: {result['check']} ({result['millis']} ms){reason}", flush=True)


def drive(options, chosen):
    """The results of the raw drivers, as they come."""
    address, peer = target(options)
    try:
        node = Node(*host_and_port(address))
        for check in chosen:
            yield judged(check, node)
    finally:
        if peer is not None:
            peer.stop()


def main():
    options = arguments()
    chosen = [c for c in CHECKS if options.only in f"{c.area}: {c.name}"]
    if options.list:
        print("\n".join(f"{c.area}: {c.name}" for c in chosen))
        return 0
    if not chosen:
        print(f"judge: no check has {options.only!r} in it", file=sys.stderr)
        return 2
    results = []
    try:
        for result in tee.judged(options.peer, options.tee) if options.tee else drive(options, chosen):
            results.append(result)
            show(result)
    except Missing as missing:
        print(f"judge: {missing}", file=sys.stderr)
        return 3
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")
    failures = sum(result["status"] == "fail" for result in results)
    print(f"{len(results) - failures} of {len(results)} checks passed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
