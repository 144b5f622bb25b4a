from django.db import models
from django.utils.translation import gettext_lazy as _


class RefusalCount(models.Model):
    """How often something was refused on a day: by a rule, by a person, or by a technical fault. Never mixed.

    Written by the database function `count_refusal` alone, which names no customer and no person.
    """

    class Kind(models.TextChoices):
        RULE = "rule", _("refused by a rule")
        PERSON = "person", _("refused by a person")
        TECHNICAL = "technical", _("technical fault")

    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    code = models.CharField(_("code"), max_length=80)
    count = models.BigIntegerField(_("count"), default=0)

    class Meta:
        verbose_name = _("count of refusals")
        verbose_name_plural = _("counts of refusals")
        constraints = [
            models.UniqueConstraint(fields=["day", "kind", "code"], name="refusals_counted_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["rule", "person", "technical"]), name="refusal_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.code}: {self.count}"
