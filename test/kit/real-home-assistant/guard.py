"""Runs Home Assistant, and sees to it that it does not outlive the test that started it.

    guard.py CONFIG_FOLDER

Home Assistant is the leader of a process group of its own. It is started again when it asks for a restart (exit code
100). When our standard input closes, because the test process ended or crashed, the group is killed, even if it is
stopped. Each line on standard output is JSON: {"started": pid} or {"ended": exit code, negative for a signal}.
"""

import json
import os
import signal
import subprocess
import sys
import threading

RESTART = 100


def say(**fact) -> None:
    print(json.dumps(fact), flush=True)


class Guard:
    def __init__(self, config: str) -> None:
        self.command = [sys.executable, "-m", "homeassistant", "--config", config, "--skip-pip"]
        self.log = open(os.path.join(config, "console.log"), "ab")
        self.lock = threading.Lock()
        self.process = None
        self.closing = False

    def start(self) -> None:
        with self.lock:
            if self.closing:
                sys.exit(0)
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True
            )
        say(started=self.process.pid)

    def watch_input(self) -> None:
        while os.read(0, 4096):
            pass
        with self.lock:
            self.closing = True
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def run(self) -> None:
        self.start()
        threading.Thread(target=self.watch_input, daemon=True).start()
        while True:
            code = self.process.wait()
            try:
                say(ended=code)
            except BrokenPipeError:
                os._exit(0)
            if code != RESTART:
                return
            self.start()


Guard(sys.argv[1]).run()
