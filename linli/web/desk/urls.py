from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from linli.web.desk import views_bulk, views_inbox, views_items, views_matter, views_misc, views_saved
from linli.web.desk.acts import DEEDS
from linli.web.desk.charts.urls import urlpatterns as charts
from linli.web.desk.hub import hub

app_name = "desk"

NUMBER = r"(?P<number>[0-9]{4}-[0-9]{3}-[0-9]{6}-[0-9A-Z])"
"""The shape of a matter's number (kernel.numbers)."""

ACTS = [
    re_path(f"^{NUMBER}/{deed.slug}$", views_matter.act_view(deed), name=f"act-{deed.slug}") for deed in DEEDS.values()
]
"""One address for each act, each with the access rule of its own."""

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views_inbox.inbox, name="inbox"),
    path("views", views_inbox.views, name="views"),
    path("filters", views_inbox.narrow, name="filters"),
    path("saved", views_saved.index, name="saved"),
    path("saved/<int:filter_id>", views_saved.change, name="saved_change"),
    path("export.csv", views_inbox.export, name="export"),
    path("rows/<uuid:matter_id>", views_matter.row, name="row"),
    path("peek/<uuid:matter_id>", views_matter.peek, name="peek"),
    path("photos/<uuid:photo_id>/<str:size>", views_matter.photo, name="photo"),
    path("bulk", views_bulk.preview, name="bulk"),
    path("bulk/run", views_bulk.run, name="bulk_run"),
    path("bulk/line/<uuid:report_id>", views_bulk.line, name="bulk_line"),
    path("", include("linli.web.desk.atlas.urls")),
    path("register", hub, name="register"),
    path("", include("linli.web.desk.homes.urls")),
    path("canvass/", include("linli.web.desk.canvass.urls")),
    path("duty/", include("linli.web.desk.duty.urls")),
    path("charts/", include(charts)),
    path("sheets/", include("linli.web.desk.sheets.urls")),
    path("items", views_items.index, name="items"),
    path("items/admit", views_items.admit, name="admit"),
    path("items/<str:code>", views_items.item, name="item"),
    path("items/<str:code>/override", views_items.override, name="override"),
    path("notices", views_misc.notices, name="notices"),
    path("notices/count", views_misc.bell, name="bell"),
    path("trail", views_misc.trails, name="trails"),
    path("trail/<str:subject>", views_misc.trail, name="trail"),
    path("posts", views_misc.posts, name="posts"),
    re_path(f"^{NUMBER}$", views_matter.show, name="matter"),
    re_path(f"^{NUMBER}/consequence$", views_matter.consequence, name="consequence"),
    re_path(f"^{NUMBER}/plan.geojson$", views_matter.plan, name="plan"),
    re_path(f"^{NUMBER}/phone/(?P<report_id>[0-9a-f-]{{36}})$", views_matter.phone, name="phone"),
    *ACTS,
]
