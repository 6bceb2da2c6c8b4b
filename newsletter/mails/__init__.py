"""What mails say: one module and three templates per kind, rendering, headers, and the composer."""
