"""Remove Record Relation: takes a record out of a relation of another."""

from noodl_runtime.workflow.relations import relation_type

NODE = relation_type("RemoveDbModelRelation", "remove", "relationRemoved")
