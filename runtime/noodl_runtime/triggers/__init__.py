"""What starts a workflow without a caller: a schedule, a database change, a webhook."""
