from django.apps import AppConfig


class WorkerConfig(AppConfig):
    name = "linli.web.worker"
    label = "worker"
