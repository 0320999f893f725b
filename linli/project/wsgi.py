from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.project.settings")

pages = get_wsgi_application()  # from here on the apps are loaded
application = import_string(settings.LINLI_FRONT_LANE)(pages)
