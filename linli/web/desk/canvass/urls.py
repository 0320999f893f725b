from __future__ import annotations

from django.urls import URLPattern, path

from linli.web.desk.canvass import views

urlpatterns: list[URLPattern] = [
    path("", views.index, name="canvasses"),
    path("new", views.new, name="canvass_new"),
    path("compare", views.compare, name="canvass_compare"),
    path("<uuid:canvass_id>", views.show, name="canvass"),
    path("<uuid:canvass_id>/<slug:act>", views.change, name="canvass_change"),
    path("<uuid:canvass_id>/homes/<int:target_id>", views.home, name="canvass_home"),
    path("<uuid:canvass_id>/homes/<int:target_id>/out", views.leave, name="canvass_leave"),
    path("<uuid:canvass_id>/homes/<int:target_id>/back", views.back, name="canvass_back"),
]
