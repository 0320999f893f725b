from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from django.apps import AppConfig


class FlowConfig(AppConfig):
    name = "linli.flow"
    label = "flow"

    def ready(self) -> None:
        """Load every hand-over, so that it is registered with the outbox."""
        for module in iter_modules([self.path]):
            if module.name != "apps":
                import_module(f"{self.name}.{module.name}")
