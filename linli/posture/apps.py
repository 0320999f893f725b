from django.apps import AppConfig


class PostureConfig(AppConfig):
    name = "linli.posture"
    label = "posture"
