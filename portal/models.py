"""The shell's own facts: editable content, wishes to be contacted, answers kept by idempotency key."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sites.models.base import UUIDModel


class ContentEntry(models.Model):
    """A page of the help directory in both languages, edited by operators."""

    slug = models.SlugField(_("address"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    title_en = models.CharField(_("title (English)"), max_length=120)
    title_da = models.CharField(_("title (Danish)"), max_length=120)
    summary_en = models.CharField(_("summary (English)"), max_length=240)
    summary_da = models.CharField(_("summary (Danish)"), max_length=240)
    body_en = models.TextField(_("text (English)"))
    body_da = models.TextField(_("text (Danish)"))

    class Meta:
        verbose_name = _("help page")
        verbose_name_plural = _("help pages")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title

    def _in_language(self, field: str) -> str:
        return getattr(self, f"{field}_{'da' if get_language() == 'da' else 'en'}")

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self._in_language("title")

    @property
    def summary(self) -> str:
        """One sentence for the directory, in the reader's language."""
        return self._in_language("summary")

    @property
    def body(self) -> str:
        """The text in the reader's language: paragraphs parted by blank lines."""
        return self._in_language("body")


class ContactWish(UUIDModel):
    """The third way in (rule M2): somebody asks to be contacted at the next Express renewal notice."""

    name = models.CharField(_("your name"), max_length=120)
    company = models.CharField(_("company"), max_length=200)
    email = models.EmailField(_("e-mail address"))
    site_number = models.CharField(_("Express site number"), max_length=10, blank=True)
    message = models.TextField(_("message"), blank=True, max_length=2000)
    created_at = models.DateTimeField(_("asked at"))

    class Meta:
        verbose_name = _("wish to be contacted")
        verbose_name_plural = _("wishes to be contacted")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.company} – {self.name}"


class IdempotencyKey(models.Model):
    """The first answer to a key, kept to be given again."""

    user = models.ForeignKey("sites.User", models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=80)
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
