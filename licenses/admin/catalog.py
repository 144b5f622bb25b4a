"""The desk's view of the catalog: parts, price lists and prices."""

from django.contrib import admin

from licenses.models import Part, Price, PriceList
from sites.admin_base import DeskAdmin

OPERATORS = frozenset({"operator"})


@admin.register(Part)
class PartAdmin(DeskAdmin):
    """The catalog. A part number is given once."""

    added_by = OPERATORS
    editable_by = OPERATORS
    fixed_fields = ("part_number",)
    list_display = ["part_number", "description", "kind", "points_each", "eligible", "renewal_part"]
    list_filter = ["kind", "eligible"]
    search_fields = ["part_number", "description", "product"]
    autocomplete_fields = ["renewal_part", "reinstatement_part"]
    list_select_related = ["renewal_part"]


@admin.register(PriceList)
class PriceListAdmin(DeskAdmin):
    """Lists of a country and currency; invented ones say so."""

    added_by = OPERATORS
    editable_by = OPERATORS
    fixed_fields = ("country", "currency")
    list_display = ["name", "country", "currency", "demonstration"]
    search_fields = ["name"]


@admin.register(Price)
class PriceAdmin(DeskAdmin):
    """Prices, to be read: they change by imports alone, which two people put into force."""

    list_display = ["part", "price_list", "level", "amount", "list_amount", "valid_from", "valid_to"]
    list_filter = ["price_list", "level"]
    search_fields = ["part__part_number"]
    list_select_related = ["price_list", "part"]
