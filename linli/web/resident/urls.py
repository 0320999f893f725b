from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from linli.web.resident import follow, mine_views, report, who

app_name = "resident"


class SecretConverter:
    """The secret of a report's link: 24 URL-safe characters; anything shorter or longer is no page of ours."""

    regex = "[A-Za-z0-9_-]{24}"

    def to_python(self, value: str) -> str:
        """The secret as it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """The secret as it stands in the address."""
        return value


register_converter(SecretConverter, "secret")

urlpatterns: list[URLPattern] = [
    path("", report.home, name="home"),
    path("report/", report.report, name="report"),
    path("report/places/", report.place_part, name="places"),
    path("report/kinds/", report.kind_part, name="kinds"),
    path("report/plan/", report.plan_part, name="plan"),
    path("report/plan/<int:area_id>.json", report.plan_points, name="plan_points"),
    path("report/photo/", report.photo_in, name="photo_in"),
    path("report/photo/<uuid:photo_id>/", report.photo_out, name="photo_out"),
    path("who/", who.who, name="who"),
    path("mine/", mine_views.index, name="mine"),
    path("mine/<secret:secret>/forget/", mine_views.forget, name="forget"),
    path("r/<secret:secret>/", follow.follow, name="follow"),
    path("r/<secret:secret>/row/", follow.row, name="row"),
    path("r/<secret:secret>/photo/<uuid:photo_id>/<str:size>/", follow.photo, name="photo"),
    path("r/<secret:secret>/<slug:act>/", follow.act, name="act"),
]
