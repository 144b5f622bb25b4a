"""What make calls: `python -m scripts.NAME`, from the project's folder."""

import signal
import sys

# While `-m` still looks for its module: a Ctrl-C before the runner listens ends the script without a traceback.
if sys.argv[:1] == ["-m"]:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
