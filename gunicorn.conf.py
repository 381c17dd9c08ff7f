"""Gunicorn: without Redis one process that also works and ticks, else two. Threads, as views wait for the database."""

import os

embedded = not os.environ.get("REDIS_URL")
bind = [f"{os.environ.get('WEB_HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"]
workers = 1 if embedded else int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 8 if embedded else 4
preload_app = False  # the embedded worker's threads must start after the fork
timeout = 30  # s
graceful_timeout = 20  # s; platforms kill 30 s after SIGTERM
keepalive = 75  # s
accesslog = None  # paths carry tokens
control_socket_disable = True  # it would lie in the home folder
