"""Who runs this process."""

import getpass
import os
import socket


def who() -> str:
    """USER@HOST; in a container without user names, UID@HOST."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"
