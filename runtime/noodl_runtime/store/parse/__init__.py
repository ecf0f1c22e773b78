"""Records in a real Parse Server, for projects that stay on it. Always with the master key.

What the contract promises and Parse has no words for is done here where that stays right, and
refused by name where it does not. What is different over Parse:

  events         only writes made through this store are heard; `changes` forgets with the process
  write          several requests: the record before, the write, the record after; another client
                 may come between them, also between the look at an ACL and the write
  transaction    carried out in any order, and refused without saying which write was wrong
  update_schema  one request per step; what was done stays when a later step fails. No unique
                 indexes, no JSON Schema constraints, no type change that keeps values
  stream         in the order of objectId, page by page, not of one moment
  distinct, aggregate   matching records travel here and are worked out here
  create         the server sets createdAt and updatedAt
  values         numbers are JavaScript's; over PostgreSQL null reads as a missing field, records
                 without a value sort last, and nearness needs PostGIS
"""
