"""The pages of enrollments, schedules and mandated customers."""
