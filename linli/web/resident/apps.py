from django.apps import AppConfig


class ResidentConfig(AppConfig):
    name = "linli.web.resident"
    label = "resident"
