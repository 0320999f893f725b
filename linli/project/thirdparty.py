"""Views of other projects that Linli serves, and why they may stay without a rule of ours."""

RULES: dict[str, str] = {
    "allauth.account.views": "sign-in: guards itself, sees no scoped table",
    "allauth.mfa.base.views": "second factor of the signed-in person",
    "allauth.mfa.totp.views": "second factor of the signed-in person",
    "allauth.mfa.recovery_codes.views": "second factor of the signed-in person",
    "allauth.mfa.webauthn.views": "second factor of the signed-in person",
    "allauth.urls": "redirects within sign-in",
    "allauth.account.urls": "redirects within sign-in",
    "allauth.decorators": "wraps the views above",
}
