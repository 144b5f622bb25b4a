"""Files as answers."""

from django.http import HttpResponse

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "xml": "application/xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def file_answer(content: bytes, name: str, *, inline: bool = False, language: str = "") -> HttpResponse:
    """The file `name`, whose ending says its kind: to be kept, or shown by the browser where `inline`."""
    place = "inline" if inline else "attachment"
    headers = {"Content-Disposition": f'{place}; filename="{name}"'}
    if language:
        headers["Content-Language"] = language
    return HttpResponse(content, content_type=TYPES[name.rpartition(".")[2]], headers=headers)
