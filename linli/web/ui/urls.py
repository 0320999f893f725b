from django.urls import path

from linli.web.ui import views

app_name = "ui"

urlpatterns = [
    path("ui/preferences", views.preferences, name="preferences"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("ui/gallery", views.gallery, name="gallery"),
    path("ui/gallery/<str:frame>", views.gallery, name="gallery_frame"),
    path("ui/gallery/geojson/<str:kind>", views.gallery_geojson, name="gallery_geojson"),
]
