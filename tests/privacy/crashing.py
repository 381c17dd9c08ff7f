"""SignFlow's addresses, and some whose views crash with everything they know in hand."""

from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from signflow.urls import handler404 as handler404
from signflow.urls import urlpatterns as ours
from tests.privacy.canaries import PERSON, SECRET

EVERYTHING = " | ".join([*PERSON.values(), *SECRET.values()])
KINDS = {
    "value": ValueError(EVERYTHING),
    "key": KeyError(PERSON["full name"]),
    "runtime": RuntimeError({"person": PERSON, "secret": SECRET}),
    "row": IntegrityError(f"duplicate key\nDETAIL:  Key (full_name)=({EVERYTHING}) already exists."),
    "text": OperationalError(f'invalid input syntax for type uuid: "{EVERYTHING}"\nCONTEXT:  {EVERYTHING}'),
    "file": FileNotFoundError(2, "No such file or directory", f"/files/{PERSON['title']}.pdf"),
}


@csrf_exempt
def crash(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    local = {"local": SECRET["local"], "token": token, "body": request.body, **PERSON}
    try:
        raise KINDS[kind]
    except Exception as error:
        assert local
        if kind == "value":
            raise RuntimeError(EVERYTHING) from error
        raise


urlpatterns = [
    path("crash/<str:kind>/<str:token>/", crash),
    path("api/crash/<str:kind>/<str:token>/", crash),
    *ours,
]
