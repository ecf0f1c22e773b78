"""Add Record Relation: puts a record into a relation of another."""

from noodl_runtime.workflow.relations import relation_type

NODE = relation_type("AddDbModelRelation", "add", "relationAdded")
