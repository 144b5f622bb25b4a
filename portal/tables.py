"""Every table of the database, classified. The catalog test fails for a table that is missing here.

Tables of our own apps get their walls and grants in migrations (`sites.tenancy.walls`). Those that libraries bring
get their grants from `manage.py grant_tables`, by the list below.
"""

from enum import StrEnum

READ = ("SELECT",)
WRITE = ("SELECT", "INSERT", "UPDATE", "DELETE")


class TableKind(StrEnum):
    """What a table holds, and so how it is guarded."""

    TENANT = "tenant"
    """Rows of a customer: row-level security, forced, by the customers that the actor reaches."""
    CATALOG = "catalog"
    """The same rows for everybody who reads, written by staff: row-level security, forced."""
    MACHINERY = "machinery"
    """Rows of whoever asked, or of staff: row-level security, forced, by actor."""
    IDENTITY = "identity"
    """Who people are and how they prove it, needed before there is an actor: grants alone."""
    FRAMEWORK = "framework"
    """Django's and its libraries' own book-keeping, no customer's data: grants alone."""

    @property
    def walled(self) -> bool:
        """Whether row-level security must be enabled and forced."""
        return self in (TableKind.TENANT, TableKind.CATALOG, TableKind.MACHINERY)


TABLES: dict[str, TableKind] = {
    "sites_customer": TableKind.TENANT,
    "sites_enterprise": TableKind.TENANT,
    "sites_membership": TableKind.TENANT,
    "sites_mandate": TableKind.TENANT,
    "sites_staffrole": TableKind.TENANT,
    "sites_agreement": TableKind.TENANT,
    "sites_site": TableKind.TENANT,
    "sites_sitecontact": TableKind.TENANT,
    "sites_scheduleentry": TableKind.TENANT,
    "sites_enrollment": TableKind.TENANT,
    "sites_event": TableKind.TENANT,
    "sites_ownershipdeclaration": TableKind.TENANT,
    "licenses_entitlement": TableKind.TENANT,
    "licenses_entitlementimport": TableKind.TENANT,
    "licenses_entitlementimportrow": TableKind.TENANT,
    "licenses_coverperiod": TableKind.TENANT,
    "licenses_hold": TableKind.TENANT,
    "licenses_proof": TableKind.TENANT,
    "licenses_quantitymovement": TableKind.TENANT,
    "licenses_pointsmovement": TableKind.TENANT,
    "licenses_ledgerhead": TableKind.TENANT,
    "licenses_pointsclosing": TableKind.TENANT,
    "licenses_termclosing": TableKind.TENANT,
    "licenses_termreopening": TableKind.TENANT,
    "licenses_pointsadjustment": TableKind.TENANT,
    "migrations_app_transferrequest": TableKind.TENANT,
    "migrations_app_transferline": TableKind.TENANT,
    "migrations_app_consent": TableKind.TENANT,
    "migrations_app_waiver": TableKind.TENANT,
    "migrations_app_transferbatch": TableKind.TENANT,
    "migrations_app_batchrow": TableKind.TENANT,
    "migrations_app_scenario": TableKind.TENANT,
    "renewals_renewalquote": TableKind.TENANT,
    "renewals_quoteline": TableKind.TENANT,
    "renewals_notice": TableKind.TENANT,
    "renewals_noticechoice": TableKind.TENANT,
    "sites_deadaddress": TableKind.TENANT,
    "renewals_linechoice": TableKind.TENANT,
    "renewals_handover": TableKind.TENANT,
    "sites_partner": TableKind.CATALOG,
    "licenses_part": TableKind.CATALOG,
    "licenses_pricelist": TableKind.CATALOG,
    "licenses_price": TableKind.CATALOG,
    "licenses_rulebookversion": TableKind.CATALOG,
    "portal_contententry": TableKind.CATALOG,
    "licenses_priceimport": TableKind.MACHINERY,
    "licenses_priceimportrow": TableKind.MACHINERY,
    "renewals_quoterun": TableKind.MACHINERY,
    "renewals_quoteputaside": TableKind.MACHINERY,
    "sites_job": TableKind.MACHINERY,
    "sites_notification": TableKind.MACHINERY,
    "sites_refusalcount": TableKind.MACHINERY,
    "renewals_noticerun": TableKind.MACHINERY,
    "renewals_calendarfeed": TableKind.MACHINERY,
    "portal_idempotencykey": TableKind.MACHINERY,
    "portal_contactwish": TableKind.MACHINERY,
    "sites_user": TableKind.IDENTITY,
    "authtoken_token": TableKind.IDENTITY,
    "account_emailaddress": TableKind.IDENTITY,
    "account_emailconfirmation": TableKind.IDENTITY,
    "mfa_authenticator": TableKind.IDENTITY,
    "django_session": TableKind.IDENTITY,
    "axes_accessattempt": TableKind.IDENTITY,
    "axes_accessattemptexpiration": TableKind.IDENTITY,
    "axes_accessfailurelog": TableKind.IDENTITY,
    "axes_accesslog": TableKind.IDENTITY,
    "auth_group": TableKind.FRAMEWORK,
    "auth_group_permissions": TableKind.FRAMEWORK,
    "auth_permission": TableKind.FRAMEWORK,
    "django_admin_log": TableKind.FRAMEWORK,
    "django_content_type": TableKind.FRAMEWORK,
    "django_migrations": TableKind.FRAMEWORK,
}

LIBRARY_GRANTS: dict[str, tuple[str, ...]] = {
    "authtoken_token": WRITE,
    "account_emailaddress": WRITE,
    "account_emailconfirmation": WRITE,
    "mfa_authenticator": WRITE,
    "django_session": WRITE,
    "axes_accessattempt": WRITE,
    "axes_accessattemptexpiration": WRITE,
    "axes_accessfailurelog": WRITE,
    "axes_accesslog": WRITE,
    "django_admin_log": WRITE,
    "django_content_type": READ,
    "auth_group": READ,
    "auth_group_permissions": READ,
    "auth_permission": READ,
    "django_migrations": READ,
}
"""What the application's role may do with tables that no migration of ours grants."""
