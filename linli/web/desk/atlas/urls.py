from __future__ import annotations

from django.urls import URLPattern, path

from linli.web.desk.atlas import views

urlpatterns: list[URLPattern] = [
    path("map", views.show, name="map"),
    path("map/<slug:layer>.geojson", views.layer, name="map_layer"),
]
