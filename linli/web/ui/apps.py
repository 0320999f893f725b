from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "linli.web.ui"
    label = "ui"
