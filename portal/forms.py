from django import forms

from portal.models import ContactWish


class ContactWishForm(forms.ModelForm):
    """Ask to be contacted at the next Express renewal notice (rule M2)."""

    class Meta:
        model = ContactWish
        fields = ["name", "company", "email", "site_number", "message"]
