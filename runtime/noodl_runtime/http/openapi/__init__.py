"""The OpenAPI 3.1 document of a backend, made when asked for from its routes, schema, functions.

Route (http/routes)      method, path, summary, and by name what it takes and answers
  -> operations.py       one operation of the document each
shapes.py                the named bodies that look the same in every backend
record_shapes.py         those of its collections, on both wires
function_shapes.py       what its functions take and answer
parameters.py            the named parameters of paths and URLs
"""
