"""The evidence within a case, and the same for a registrar's charge."""

from django.urls import path

from tearline.desk.registry import disclosures, pathways, products

app_name = "registry"
CASE = "cases/<uuid:case>/"
urlpatterns = [
    path(CASE + "products/", products.products, name="products"),
    path(CASE + "products/<path:product>/", products.product, name="product"),
    path(CASE + "product-handling/<path:product>/", products.findings, name="findings"),
    path(CASE + "disclosures/", disclosures.disclosures, name="disclosures"),
    path(CASE + "disclosures/add/", disclosures.add, name="add-disclosure"),
    path(CASE + "disclosures/<path:disclosure>/", disclosures.disclosure, name="disclosure"),
    path(CASE + "declare/<path:disclosure>/", disclosures.declare, name="declare"),
    path(CASE + "pathway/<path:product>/", pathways.pathway, name="pathway"),
    path(CASE + "pathway-table/<path:product>/", pathways.table, name="table"),
    path(CASE + "leads/<path:disclosure>/", pathways.leads, name="leads"),
    path(CASE + "people/<str:person>/", pathways.person, name="person"),
    path(CASE + "handling/", products.handling, name="handling"),
    path("register/products/", products.register_products, name="register-products"),
    path("register/products/<path:product>/", products.register_product, name="register-product"),
    path("register/product-handling/<path:product>/", products.register_findings, name="register-findings"),
    path("register/pathway/<path:product>/", pathways.register_pathway, name="register-pathway"),
    path("register/pathway-table/<path:product>/", pathways.register_table, name="register-table"),
    path("register/people/<str:person>/", pathways.register_person, name="register-person"),
    path("register/handling/", products.register_handling, name="register-handling"),
    path("products/", products.last_products, name="last-products"),
    path("disclosures/", products.last_disclosures, name="last-disclosures"),
    path("search/", products.search, name="search"),
]
