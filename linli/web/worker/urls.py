from __future__ import annotations

from django.urls import URLPattern, path

from linli.web.worker import found, me, notices, outbox, photos, routed, task, today

app_name = "worker"
urlpatterns: list[URLPattern] = [
    path("", me.start, name="start"),
    path("today/", today.index, name="today"),
    path("matter/<uuid:case_id>/", task.show, name="task"),
    path("matter/<uuid:case_id>/<slug:slug>/", task.act, name="act"),
    path("found/", found.report, name="found"),
    path("found/places/", found.places, name="places"),
    path("notices/", notices.index, name="notices"),
    path("notices/read/", notices.read, name="read"),
    path("photo/<uuid:photo_id>/<str:size>/", photos.show, name="photo"),
    path("routed/<uuid:report_id>/", routed.show, name="routed"),
    path("routed/<uuid:report_id>/<slug:slug>/", routed.act, name="routed_act"),
    path("outbox/", outbox.state, name="outbox"),
    path("waiting/", outbox.waiting, name="waiting"),
    path("sw.js", outbox.service_worker, name="service_worker"),
    path("me/", me.index, name="me"),
    path("post/", me.post, name="post"),
]
