"""Other ways to sign in than a password: single sign-on (OpenID Connect) and client certificates from a proxy.

They are set up in one file, `WORKSPACE/desk/sign-on.toml` (docs/deploy.md), readable by its owner alone because it
holds the secret that the provider gave out. Neither makes an account: both only find one that is there.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from tearline.records.errors import BadInput

FILE: Final = "sign-on.toml"
LARGEST: Final = 64_000
"""A file above this many bytes is not a settings file."""


@dataclass(frozen=True, slots=True)
class Provider:
    """`server`: the issuer's address; `claim`: what of the answer is the user name of an account here."""

    id: str
    name: str
    server: str
    client: str
    secret: str
    claim: str

    @property
    def origin(self) -> str:
        parts = urlsplit(self.server)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class SignOn:
    """`proxies`: whose headers are believed. `subject`: the header with a certificate's subject, `verified`: the
    one that says SUCCESS where the proxy has checked the certificate."""

    providers: tuple[Provider, ...] = ()
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    subject: str = ""
    verified: str = ""


def read_sign_on(path: Path) -> SignOn:
    """The ways to sign in that the file names; none where there is no file. Raises BadInput where it is wrong."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput("the settings of sign-on are too large", where=path.name, remedy="Keep it to settings")
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return SignOn()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(
            f"not TOML: {error}", where=path.name, remedy="See docs/deploy.md for an example"
        ) from error
    _only(told, {"provider", "proxy", "certificate"}, path, "the file")
    certificate = _table(told.get("certificate", {}), {"subject", "verified"}, path, "certificate")
    proxies = told.get("proxy", {})
    if not isinstance(proxies, dict):
        raise _wrong(path, "proxy", "a table")
    _only(proxies, {"addresses"}, path, "proxy")
    addresses = _addresses(proxies.get("addresses", []), path)
    if certificate and not addresses:
        raise BadInput(
            "certificates are believed from a proxy alone, and none is named",
            where=path.name,
            field="proxy.addresses",
            remedy="Name the proxy's address",
        )
    providers = told.get("provider", [])
    if not isinstance(providers, list):
        raise _wrong(path, "provider", "a list of tables, each beginning [[provider]]")
    return SignOn(
        providers=tuple(_provider(one, path) for one in providers),
        proxies=addresses,
        subject=certificate.get("subject", ""),
        verified=certificate.get("verified", ""),
    )


def for_allauth(sign_on: SignOn) -> dict[str, Any]:
    """The same as allauth's settings."""
    return {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": one.id,
                    "name": one.name,
                    "client_id": one.client,
                    "secret": one.secret,
                    "settings": {"server_url": one.server, "claim": one.claim},
                }
                for one in sign_on.providers
            ],
        }
    }


def _provider(told: Any, path: Path) -> Provider:
    names = {"id", "name", "server", "client", "secret", "claim"}
    fields = _table(told, names, path, "provider", optional=frozenset({"claim"}))
    server = urlsplit(fields["server"])
    local = server.hostname in ("localhost", "127.0.0.1", "::1")
    if server.scheme != "https" and not (server.scheme == "http" and local):
        raise _wrong(path, "provider.server", "an address that begins https://")
    if not fields["id"].isascii() or not fields["id"].replace("-", "").isalnum():
        raise _wrong(path, "provider.id", "letters, digits and hyphens")
    return Provider(**{"claim": "preferred_username", **fields})


def _table(
    told: Any, names: set[str], path: Path, what: str, optional: frozenset[str] = frozenset()
) -> dict[str, str]:
    if told == {} and not optional:
        return {}
    if not isinstance(told, dict):
        raise _wrong(path, what, "a table")
    _only(told, names, path, what)
    for name in sorted(names):
        value = told.get(name)
        if (value is not None or name not in optional) and (not isinstance(value, str) or not value):
            raise _wrong(path, f"{what}.{name}", "a text")
    return told


def _addresses(told: Any, path: Path) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(str(address)) for address in told)
    except (ValueError, TypeError) as error:
        raise _wrong(path, "proxy.addresses", "a list of addresses or networks") from error


def _only(told: dict[str, Any], names: set[str], path: Path, what: str) -> None:
    for name in told.keys() - names:
        raise BadInput(
            f"{what} has no setting {name!r}",
            where=path.name,
            field=name,
            remedy=f"It has: {', '.join(sorted(names))}",
        )


def _wrong(path: Path, field: str, wanted: str) -> BadInput:
    return BadInput(f"{field} must be {wanted}", where=path.name, field=field, remedy="See docs/deploy.md")
