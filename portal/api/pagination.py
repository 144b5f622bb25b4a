from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """`{"next", "previous", "results"}` by keyset: a deep page costs what the first one does."""

    ordering = "pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
