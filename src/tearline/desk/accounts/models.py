"""Bodies and the people who work for them at the desk."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class BodyKind(models.TextChoices):
    """What a body is to a case."""

    SECURITY = "security", _("internal security")
    POLICE = "police", _("police")
    CENTRAL = "central", _("central office")
    OVERSIGHT = "oversight", _("oversight")
    HOLDER = "holder", _("holder of reports")


class Body(models.Model):
    """Who investigates, oversees, or keeps reports. Bodies do not see into each other's cases."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=BodyKind, default=BodyKind.SECURITY)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What somebody does at the desk. An administrator keeps accounts and sees no case."""

    REGISTRAR = "registrar", _("registrar")
    LIAISON = "liaison", _("liaison")
    INVESTIGATOR = "investigator", _("investigator")
    APPROVER = "approver", _("approver")
    REVIEWER = "reviewer", _("reviewer")
    ADMINISTRATOR = "administrator", _("administrator")


class Users(BaseUserManager["User"]):
    def create_user(self, username: str, password: str, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.full_clean()
        user.save()
        return user


class User(AbstractBaseUser):
    """An account. It belongs to one body and has one role; `person` is the holder's own record in the ledger, from
    which recusal is worked out. `organisation`: of a liaison, whose readings they record; of a registrar, whose
    products are in their charge."""

    username = models.CharField(
        _("user name"),
        max_length=60,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9][a-z0-9._-]*\Z", _("Use small letters, digits, full stops and hyphens."))
        ],
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    body = models.ForeignKey(Body, models.PROTECT, related_name="users", verbose_name=_("body"))
    role = models.CharField(_("role"), max_length=14, choices=Role)
    person = models.CharField(_("own person record"), max_length=200, blank=True, db_index=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    certificate = models.CharField(_("subject of the certificate"), max_length=300, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    must_change_password = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering: ClassVar = ["username"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["certificate"], condition=~models.Q(certificate=""), name="one_account_a_certificate"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)


class What(models.TextChoices):
    """What can happen to an account."""

    SIGNED_IN = "signed in", _("signed in")
    FAILED = "sign-in failed", _("sign-in failed")
    SIGNED_OUT = "signed out", _("signed out")
    SESSION_ENDED = "session ended", _("session ended")
    PASSWORD_CHANGED = "password changed", _("password changed")
    FACTOR_ADDED = "factor added", _("second factor added")
    FACTOR_REMOVED = "factor removed", _("second factor removed")
    FACTOR_FAILED = "factor failed", _("second factor failed")
    CODES_MADE = "codes made", _("recovery codes made")
    MADE = "account made", _("account made")
    CHANGED = "account changed", _("account changed")
    STOPPED = "account stopped", _("account stopped")
    RESUMED = "account resumed", _("account resumed")
    PASSWORD_RESET = "password reset", _("one-time password given")
    FACTORS_RESET = "factors reset", _("second factors taken away")
    TOKEN_MADE = "token made", _("access token made")
    TOKEN_ENDED = "token ended", _("access token ended")


class AccountEvent(models.Model):
    """One line of what happened to accounts; only ever added to. What was typed as a user name that nobody has is
    not kept: it is often a password in the wrong field."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    what = models.CharField(max_length=20, choices=What)
    user = models.ForeignKey(User, models.PROTECT, related_name="events", null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    address = models.CharField(max_length=45, blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
