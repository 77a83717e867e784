"""Takes part in an election as the original svc-monitor does: kazoo's own recipe, the process id as its name, an end on a lost session.

Usage: kazoo-contender.py HOSTS PATH SESSION_SECONDS. Says `waiting`, then `leading` when it is elected, a line each. SIGTERM ends it in order.
"""

import os
import signal
import sys
import threading

from kazoo.client import KazooClient, KazooState

hosts, path, session_seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
asked_to_end = threading.Event()


def say(word):
    print(word, flush=True)


def lead():
    say("leading")
    asked_to_end.wait()


def on_state(state):
    if state == KazooState.LOST and not asked_to_end.is_set():
        os._exit(2)


client = KazooClient(hosts=hosts, timeout=session_seconds)
client.add_listener(on_state)
client.start()
election = client.Election(path, str(os.getpid()))


def on_signal(_number, _frame):
    asked_to_end.set()
    election.cancel()


signal.signal(signal.SIGTERM, on_signal)
say("waiting")
# Signals are heard by the main thread only, which must not wait in the election.
contender = threading.Thread(target=election.run, args=(lead,))
contender.start()
while contender.is_alive():
    contender.join(0.05)
client.stop()
