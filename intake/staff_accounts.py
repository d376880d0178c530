from __future__ import annotations
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
class StaffAccountAdapter(DefaultAccountAdapter):
    pass
class StaffMfaAdapter(DefaultMFAAdapter):
    pass
