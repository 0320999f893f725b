"""Every URL of Linli. Each view carries its access rule; `tests/test_house.py` checks it."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    path("", include("linli.doors.rest.urls")),
    path("", include("linli.web.ui.urls")),
    path("", include("linli.web.resident.urls")),
    path("work/", include("linli.web.worker.urls")),
    path("desk/", include("linli.web.desk.urls")),
]

handler400 = "linli.web.ui.errors.bad_request"
handler403 = "linli.web.ui.errors.permission_denied"
handler404 = "linli.web.ui.errors.not_found"
handler500 = "linli.web.ui.errors.server_error"
