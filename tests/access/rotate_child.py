"""A process that rotates the keys of a database in small batches, until it is done or killed.

argv: folder of keys, room of an epoch, keys in a batch. Says "ready" when it begins.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.project.settings")


def main() -> None:
    import django

    django.setup()
    from django.conf import settings

    from linli.access.api import rotate

    settings.LINLI_KEYS, settings.LINLI_KEYS_PER_EPOCH = sys.argv[1], int(sys.argv[2])
    os.write(1, b"ready\n")
    rotate(using="owner", batch=int(sys.argv[3]))


if __name__ == "__main__":
    main()
