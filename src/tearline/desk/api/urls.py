from django.urls import path

from tearline.desk.api import tokens
from tearline.desk.api.interface import addresses

urlpatterns = [
    path("v1/", addresses()),
    path("tokens/", tokens.tokens, name="own_tokens"),
]
