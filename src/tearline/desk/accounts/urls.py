"""Every address of signing in. Of allauth's own, only what the desk has a use for: no sign-up, no mail, no reset
by mail; those addresses do not exist."""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as sign_on
from django.urls import path

from tearline.desk.accounts import administration, certificates, entrance, sessions

urlpatterns = [
    path("login/", entrance.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("certificate/", certificates.sign_in, name="certificate_login"),
    path("sessions/", sessions.sessions, name="own_sessions"),
    path("all/", administration.accounts, name="accounts"),
    path("all/new/", administration.new, name="account_new"),
    path("all/record/", administration.record, name="account_record"),
    path("all/body/", administration.new_body, name="body_new"),
    path("all/<int:account>/", administration.account, name="account"),
    path("all/<int:account>/<slug:act>/", administration.act, name="account_act"),
    path("second-factor/", factors.index, name="mfa_index"),
    path("second-factor/authenticate/", factors.authenticate, name="mfa_authenticate"),
    path("second-factor/reauthenticate/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("second-factor/codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("second-factor/keys/", keys.list_webauthn, name="mfa_list_webauthn"),
    path("second-factor/keys/add/", keys.add_webauthn, name="mfa_add_webauthn"),
    path("second-factor/keys/reauthenticate/", keys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("second-factor/keys/<int:pk>/remove/", keys.remove_webauthn, name="mfa_remove_webauthn"),
    path("second-factor/keys/<int:pk>/name/", keys.edit_webauthn, name="mfa_edit_webauthn"),
    path("sign-on/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-on/error/", social.login_error, name="socialaccount_login_error"),
    path("sign-on/<slug:provider_id>/", sign_on.login, name="openid_connect_login"),
    path("sign-on/<slug:provider_id>/callback/", sign_on.callback, name="openid_connect_callback"),
]
