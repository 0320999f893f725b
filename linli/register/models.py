from linli.register.duty.models import Duty
from linli.register.places.models import Place

__all__ = ["Duty", "Place"]
