from __future__ import annotations

from django.db import models
from django.db.models import Q

from linli.accounts.api import Unit
from linli.register.places.api import Place
from linli.territory.api import Area


class Duty(models.Model):
    """A unit answers, as the unit of its kind, for one place and all within it."""

    id = models.AutoField(primary_key=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit_kind = models.CharField(max_length=40)
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "unit_kind"], condition=Q(ends_on__isnull=True), name="duty_one_unit_per_kind"
            )
        ]
