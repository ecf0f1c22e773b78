"""Records in a real Parse Server, for projects that stay on it. Always with the master key.

What the contract promises and Parse has no words for is refused by name or, where that shows more
than it hides, done here with what Parse has; docs/decisions say which. In short:

  events         only writes made through this store are heard; `changes` forgets with the process
  write          two requests or more: Parse answers with the changed fields, the record is fetched
  save, delete   the ACL is looked at just before the write, in a request of its own
  update_schema  one request per step; what was done stays when a later step fails
  null           is kept as "no value" over PostgreSQL and comes back as a missing field
"""
