from django.urls import path

from tearline.desk.cases import changing, people, unmasking_views, views, working

app_name = "cases"
urlpatterns = [
    path("", views.cases, name="list"),
    path("new/", views.new, name="new"),
    path("<uuid:case>/", views.case, name="case"),
    path("<uuid:case>/edit/", changing.edit, name="edit"),
    path("<uuid:case>/narrative/", changing.narrative, name="narrative"),
    path("<uuid:case>/scope/", changing.scope, name="scope"),
    path("<uuid:case>/scope/set/", changing.set_scope, name="set-scope"),
    path("<uuid:case>/renew/", changing.renew, name="renew"),
    path("<uuid:case>/close/", changing.close, name="close"),
    path("<uuid:case>/hand-over/", people.hand_over, name="hand-over"),
    path("<uuid:case>/members/", people.add_member, name="add-member"),
    path("<uuid:case>/members/<int:member>/end/", people.end_member, name="end-member"),
    path("<uuid:case>/read-in/", people.read_in, name="read-in"),
    path("<uuid:case>/read-in/<int:line>/end/", people.end_read_in, name="end-read-in"),
    path("<uuid:case>/bars/", people.keep_out, name="keep-out"),
    path("<uuid:case>/bars/<int:bar>/lift/", people.lift, name="lift"),
    path("<uuid:case>/tasks/", working.add_task, name="add-task"),
    path("<uuid:case>/tasks/<int:task>/done/", working.end_task, name="end-task"),
    path("<uuid:case>/timeline/", working.pin, name="pin"),
    path("<uuid:case>/timeline/<int:pin>/end/", working.unpin, name="unpin"),
    path("<uuid:case>/papers/", working.paper, name="paper"),
    path("<uuid:case>/names/", unmasking_views.unmaskings, name="unmaskings"),
    path("<uuid:case>/names/ask/", unmasking_views.ask, name="unmask"),
    path("<uuid:case>/names/<int:asked>/decide/", unmasking_views.decide, name="unmask-decide"),
]
