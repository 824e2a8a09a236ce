"""Pages of a user, and the settings of a tenant below /t/<tenant>/settings/."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from tenants.views import account, changes, members, new_tenant, person, profile, sign_in, tokens

urlpatterns = [
    path("login/", sign_in.SignIn.as_view(), name="login"),
    path("login/code/", sign_in.show_code, name="login-code"),
    path("login/forgot/", sign_in.ask_for_password_link, name="forgot-password"),
    path("login/reset/<uidb64>/<token>/", sign_in.ResetPassword.as_view(), name="reset-password"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", account.show_account, name="account"),
    path("account/password/", account.change_password, name="account-password"),
    path("account/profile/", profile.change_profile, name="account-profile"),
    path("account/address/<str:token>/", profile.confirm_address, name="confirm-own-address"),
    path("account/two-factor/", account.show_two_factor, name="account-two-factor"),
    path("account/sessions/", account.end_my_sessions, name="account-sessions"),
    path("account/keys/", account.switch_single_keys, name="account-keys"),
    path("theme/", person.choose_theme, name="theme"),
    path("switch/", person.switch_tenant, name="switch-tenant"),
    path("welcome/<uidb64>/<token>/", sign_in.ChoosePassword.as_view(), name="choose-password"),
    path("new-tenant/", new_tenant.create_tenant, name="new-tenant"),
    path("t/<str:slug>/settings/members/", members.show_members, name="settings-members"),
    path("t/<str:slug>/settings/members/add/", members.add_member, name="settings-member-add"),
    path("t/<str:slug>/settings/members/<str:user_id>/", members.change_member, name="settings-member"),
    path("t/<str:slug>/settings/tokens/", tokens.show_tokens, name="settings-tokens"),
    path("t/<str:slug>/settings/tokens/make/", tokens.create_token, name="settings-token-make"),
    path("t/<str:slug>/settings/tokens/<str:token_id>/revoke/", tokens.revoke_token, name="settings-token-revoke"),
    path("account/tokens/", tokens.show_my_tokens, name="my-tokens"),
    path("account/tokens/make/", tokens.create_my_token, name="my-token-make"),
    path("account/tokens/<str:token_id>/revoke/", tokens.revoke_my_token, name="my-token-revoke"),
    path("t/<str:slug>/settings/changes/", changes.show_changes, name="settings-changes"),
]
