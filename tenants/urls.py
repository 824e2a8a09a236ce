"""Pages of a person: logging in and out, the theme, the tenant to look at."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from tenants import views

urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("theme/", views.choose_theme, name="theme"),
    path("switch/", views.switch_tenant, name="switch-tenant"),
]
