"""The door to who answers for which place."""

from linli.register.duty.actions import lay_duty
from linli.register.duty.models import Duty
from linli.register.duty.queries import Answer, who_answers

__all__ = ["Answer", "Duty", "lay_duty", "who_answers"]
