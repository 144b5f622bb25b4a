"""The API's doors to enrollments, the schedule, and who the caller is."""
