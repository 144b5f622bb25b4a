"""How the web server runs; HOST, PORT and WEB_CONCURRENCY come from the environment."""

import os
import tempfile
import warnings
from pathlib import Path

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
# WSGI would hold back server-sent events until they end.
worker_class = "asgi"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
asgi_lifespan = "off"
# Nothing is connected at import time, so the workers can share what was loaded once.
preload_app = True
timeout = 60
graceful_timeout = 3
keepalive = 5
accesslog = "-"
access_log_format = '%(t)s "%(r)s" %(s)s %(b)s %(M)sms'
control_socket_disable = True
# The heartbeat file of each worker: in memory where there is such a place, because a busy disk would stop it.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() and os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()

# Static files come from iterators that end; Django reads them as a whole and warns about each process's first.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
