"""The operators' pages of the work behind the portal, and the same for programs and measures."""
